/// What a `config.json` of docker or an `auth.json` of podman says about logins.
public struct CredentialFile: Hashable, Sendable {
    /// What is known of a registry.
    public enum Entry: Hashable, Sendable {
        /// Here it is.
        case login(RegistryLogin)
        /// `docker-credential-NAME` knows.
        case helper(String)
    }

    private struct Contents: Decodable {
        struct Login: Decodable {
            var auth: String?
            var username: String?
            var password: String?
            var identitytoken: String?
        }
        var auths: [String: Login]?
        var credHelpers: [String: String]?
        var credsStore: String?
    }

    /// What is written per registry, as it is written there.
    private let entries: [String: Entry]
    private let helpers: [String: String]
    private let store: String?

    /// Reads a file.
    /// - Throws: `invalidDocument`, whose message never has a part of the file's values.
    public init(_ bytes: [UInt8]) throws(OCIError) {
        let contents = try JSONDocument.decode(Contents.self, from: bytes, subject: "the file")
        entries = (contents.auths ?? [:]).compactMapValues(Self.entry)
        helpers = (contents.credHelpers ?? [:]).filter { !$0.value.isEmpty }
        store = contents.credsStore.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Where a login for `repository` of `host` may be, best first.
    public func entries(for host: RegistryHost, _ repository: RepositoryName) -> [Entry] {
        var found: [Entry] = []
        if let helper = Self.best(helpers, host, repository.components) ?? store { found.append(.helper(helper)) }
        if let entry = Self.best(entries, host, repository.components) { found.append(entry) }
        return found
    }

    /// The program that keeps logins for `host`; `nil` when they are in the file.
    func helper(for host: RegistryHost) -> String? { Self.best(helpers, host, []) ?? store }

    /// Whether a key of a file means `host` as a whole.
    static func names(_ host: RegistryHost, _ key: String) -> Bool {
        place(key).map { $0.0 == host && $0.1.isEmpty } ?? false
    }

    /// How a helper knows `host`.
    public static func serverName(of host: RegistryHost) -> String {
        host == .dockerHub ? "https://index.docker.io/v1/" : host.description
    }

    /// The value whose key names most of `host/repository`: podman has logins for parts of a registry, too.
    private static func best<Value>(
        _ values: [String: Value], _ host: RegistryHost, _ wanted: [Substring]
    ) -> Value? {
        var best: (length: Int, value: Value)?
        // Sorted, so that two spellings of one place always give the same.
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let (keyHost, path) = place(key), keyHost == host, wanted.starts(with: path) else { continue }
            if path.count > best?.length ?? -1 { best = (path.count, value) }
        }
        return best?.value
    }

    /// The registry of a key, and the part of it: docker writes some keys as URLs, of which the path says nothing.
    private static func place(_ key: String) -> (RegistryHost, [Substring])? {
        var rest = key[...]
        var isURL = false
        for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            isURL = true
        }
        let parts = rest.split(separator: "/")
        guard let first = parts.first, let host = try? RegistryHost(String(first)) else { return nil }
        let path = Array(parts.dropFirst())
        return (host, isURL || path == ["v1"] || path == ["v2"] ? [] : path)
    }

    private static func entry(_ login: Contents.Login) -> Entry? {
        if let token = login.identitytoken, !token.isEmpty { return .login(RegistryLogin(identityToken: token)) }
        if let auth = login.auth, let login = RegistryLogin(base64: auth) { return .login(login) }
        guard let user = login.username, !user.isEmpty, let password = login.password else { return nil }
        return .login(RegistryLogin(user: user, password: password))
    }
}
