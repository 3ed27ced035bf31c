import AsyncHTTPClient
import Logging
import Networking
import OCI

/// How other registries are reached: with which client, whose logins, and which of them want to be left alone.
struct UpstreamAccess: Sendable {
    let client: WebClient
    /// Logins; `nil` for none.
    let credentials: CredentialFile?
    let pauses = UpstreamPauses()
    let tokens = UpstreamTokens()
    let logger: Logger

    init(
        client: WebClient = WebClient(NetworkSettings(), .forUpstreams), credentials: CredentialFile? = nil,
        logger: Logger
    ) {
        self.client = client
        self.credentials = credentials
        self.logger = logger
    }

    /// A repository of a registry.
    func registry(_ host: RegistryHost, _ repository: RepositoryName) -> UpstreamRegistry {
        UpstreamRegistry(host, repository, access: self)
    }

    /// The login for a repository. What only a helper program knows is not looked for: a server runs none.
    func login(for host: RegistryHost, _ repository: RepositoryName) -> RegistryLogin? {
        for case .login(let login) in credentials?.entries(for: host, repository) ?? [] { return login }
        return nil
    }
}
