import ArgumentParser
import Build
import CacheAPI
import Networking
import OCI
import SystemPackage

/// Where the server is and on whose behalf it is asked.
struct ConnectionFlags: ParsableArguments {
    @Option(help: ArgumentHelp("The server, as in http://127.0.0.1:7070. LARDER_SERVER.", valueName: "URL"))
    var server: String?
    @Option(
        help: ArgumentHelp(
            """
            A file with the token that proves to the server who asks. LARDER_TOKEN_FILE, or LARDER_TOKEN for the token \
            itself; default: the login that docker login keeps for the server, or the job's own token in GitHub \
            Actions.
            """, valueName: "FILE"), completion: .file())
    var tokenFile: String?
    @OptionGroup var certificates: CertificateFlags
    @Option(
        help: ArgumentHelp(
            """
            The project, which shares what its builds made; default: the first part of the image's repository when \
            it has two or more, else 'default'. LARDER_PROJECT.
            """, valueName: "NAME"))
    var project: String?

    /// The address of the server.
    /// - Throws: `ValidationError`.
    func address(in surroundings: Surroundings) throws -> ServerAddress {
        guard let text = server ?? surroundings.value("LARDER_SERVER") else {
            throw ValidationError("no server is given: use --server http://HOST:PORT or set LARDER_SERVER")
        }
        do {
            return try ServerAddress(text)
        } catch {
            throw ValidationError("--server: \(error.description)")
        }
    }

    /// What proves to `server` who asks: never on the command line, where every process of the machine sees it. Files are
    /// read when they are needed, and again when their writer renews them.
    func token(in surroundings: Surroundings, for server: ServerAddress) -> RunnerToken.Source {
        if let (source, _) = givenToken(in: surroundings) { return source }
        let audience = surroundings.value("LARDER_TOKEN_AUDIENCE") ?? server.description
        return .found(JobTokenRequest(environment: surroundings.environment, audience: audience))
    }

    /// The token that somebody gave, and what it was given by; `nil` for none.
    func givenToken(in surroundings: Surroundings) -> (source: RunnerToken.Source, by: String)? {
        if let tokenFile { return (.file(FilePath(tokenFile)), "--token-file") }
        // GitLab gives a job its token under the name that its configuration says.
        for name in ["LARDER_TOKEN", "LARDER_ID_TOKEN"] {
            if let text = surroundings.value(name) { return (.text(text), name) }
        }
        return surroundings.value("LARDER_TOKEN_FILE").map { (.file(FilePath($0)), "LARDER_TOKEN_FILE") }
    }

    /// A connection on behalf of the project that is named, else that of `image`.
    /// - Throws: `ValidationError`.
    func serverConnection(in surroundings: Surroundings, owning image: ImageReference?) throws -> ServerConnection {
        let place = try address(in: surroundings)
        return ServerConnection(
            to: place, project: try project(in: surroundings, owning: image),
            token: token(in: surroundings, for: place), network: try network(in: surroundings),
            trace: surroundings.trace)
    }

    /// How the server and registries are reached. Reads files.
    /// - Throws: `ValidationError`.
    func network(in surroundings: Surroundings) throws -> NetworkSettings {
        try certificates.network(in: surroundings)
    }

    /// The project that is named, else that of `image`.
    /// - Throws: `ValidationError`.
    func project(in surroundings: Surroundings, owning image: ImageReference?) throws -> ProjectName {
        if let text = project ?? surroundings.value("LARDER_PROJECT") {
            guard let name = ProjectName(text) else {
                throw ValidationError(
                    """
                    --project: '\(text)' is not the name of a project: use lower-case letters and digits, with '.', \
                    '_' or '-' between them
                    """)
            }
            return name
        }
        guard let image else { return .default }
        guard let name = ProjectName(owning: image.repository.description) else {
            throw ValidationError("'\(image)' begins with no name of a project; give one with --project")
        }
        return name
    }
}
