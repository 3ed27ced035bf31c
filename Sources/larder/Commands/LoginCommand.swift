import ArgumentParser
import Build
import Glibc

/// `larder login`: keeps a login for a server or a registry where docker does.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Log in to a server or a registry, as docker login does.",
        discussion: """
            The password is a token of the server (larderd token create), with any user name, or that of a user. The \
            server is asked first whether it takes the login. It is kept where docker keeps logins: in config.json of \
            DOCKER_CONFIG or ~/.docker, or with the credential helper that the file names. Builds of larder and docker \
            find it there.

            EXAMPLES:
              larder login https://larder.internal:7070 --password-stdin < /run/secrets/larder-token
              larder login -u alice larder.internal:7070
              larder login ghcr.io -u octocat --password-stdin < token
            """)

    @Argument(help: LoginCommand.serverHelp) var server: String?
    @Option(
        name: [.customShort("u"), .long],
        help: ArgumentHelp("The user; for tokens any name does. Default: token.", valueName: "NAME"))
    var username: String?
    @Option(
        name: [.customShort("p"), .long],
        help: ArgumentHelp(
            "The password. Others on this machine can see it there: use --password-stdin.", valueName: "SECRET"))
    var password: String?
    @Flag(help: "Read the password from standard input.") var passwordStdin = false
    @OptionGroup(title: "Connection") var certificates: CertificateFlags

    static let serverHelp = ArgumentHelp(
        "HOST[:PORT] of a server or a registry, or its address, as in https://HOST; default: LARDER_SERVER.",
        valueName: "SERVER")

    func validate() throws {
        guard password == nil || !passwordStdin else {
            throw ValidationError("--password and --password-stdin exclude each other: give one of them")
        }
        if let username, username.isEmpty || username.contains(":") {
            throw ValidationError("--username: a user has a name without a ':'")
        }
    }

    func run() async throws {
        let surroundings = Surroundings.current()
        let server = try Self.server(server, in: surroundings)
        let network = try certificates.network(in: surroundings)
        if password != nil {
            StandardError.write("WARNING: --password is seen by everybody on this machine; use --password-stdin.\n")
        }
        if server.isExposed {
            StandardError.write("WARNING: \(server) is spoken to without TLS: whoever is on the way reads the login.\n")
        }
        let (user, secret) = try login(for: server)
        do {
            let outcome = try await LoginCheck.run(on: server, through: network, user: user, password: secret)
            if outcome == .open {
                StandardError.write("WARNING: \(server) lets everybody in: whether the login is right is not known.\n")
            }
            let store = try LoginStore(environment: surroundings.environment)
            if case .file(let path) = try await store.put(user: user, password: secret, for: server.host) {
                StandardError.write(
                    "WARNING: the login is kept unencrypted in \(path); a credential helper does better.\n")
            }
        } catch {
            StandardError.write("ERROR: \(error)\n")
            throw ExitCode.failure
        }
        print("Login Succeeded")
    }

    /// Who logs in with what, asked for where nothing was given.
    private func login(for server: LoginServer) throws -> (user: String, password: String) {
        if passwordStdin {
            let text = LoginPrompt.rest()
            guard !text.isEmpty else { throw ValidationError("--password-stdin: there is nothing on standard input") }
            return (username ?? "token", text)
        }
        if let password { return (username ?? "token", password) }
        guard LoginPrompt.isPossible else {
            throw ValidationError("there is no terminal to ask for the password on: use --password-stdin")
        }
        let user = username ?? LoginPrompt.line("Username (for a token any does): ")
        let password = try LoginPrompt.secret("Password: ")
        guard !password.isEmpty else { throw ValidationError("no password was given") }
        return (user.isEmpty ? "token" : user, password)
    }

    /// The server that is meant.
    /// - Throws: `ValidationError`.
    static func server(_ text: String?, in surroundings: Surroundings) throws -> LoginServer {
        guard let text = text ?? surroundings.value("LARDER_SERVER") else {
            throw ValidationError("no server is given: name it, as in larder login https://HOST, or set LARDER_SERVER")
        }
        do {
            return try LoginServer(text)
        } catch {
            throw ValidationError(error.description)
        }
    }
}
