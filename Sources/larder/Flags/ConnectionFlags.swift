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
    @Option(
        help: ArgumentHelp(
            """
            Certificates, PEM, of authorities that are believed besides the system's, for the server and for \
            registries. LARDER_CA_FILE.
            """, valueName: "FILE"), completion: .file())
    var caFile: String?
    @Option(
        help: ArgumentHelp(
            "The certificate, PEM, that the server is shown if it asks who comes. LARDER_CLIENT_CERT.",
            valueName: "FILE"), completion: .file())
    var clientCert: String?
    @Option(
        help: ArgumentHelp(
            "The private key of --client-cert, PEM, without a passphrase. LARDER_CLIENT_KEY.", valueName: "FILE"),
        completion: .file())
    var clientKey: String?
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

    /// How the server and registries are reached: with further authorities, and through the proxies that the environment
    /// names. Reads the files.
    /// - Throws: `ValidationError`.
    func network(in surroundings: Surroundings) throws -> NetworkSettings {
        let file = caFile ?? surroundings.value("LARDER_CA_FILE")
        let certificate = clientCert ?? surroundings.value("LARDER_CLIENT_CERT")
        let key = clientKey ?? surroundings.value("LARDER_CLIENT_KEY")
        var pair: (FilePath, FilePath)?
        switch (certificate, key) {
        case (nil, nil): break
        case (let certificate?, let key?): pair = (FilePath(certificate), FilePath(key))
        case (_?, nil): throw ValidationError("--client-cert is given without its key: add --client-key FILE")
        case (nil, _?): throw ValidationError("--client-key is given without its certificate: add --client-cert FILE")
        }
        do {
            return try NetworkSettings(
                environment: surroundings.environment, authorityFile: file.map { FilePath($0) },
                clientCertificate: pair)
        } catch {
            throw ValidationError(error.description)
        }
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
