import ArgumentParser
import Build

/// `larder logout`: forgets a login.
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Forget the login for a server or a registry, as docker logout does.",
        discussion: """
            The token or password stays good: larderd token revoke ends a token.

            EXAMPLES:
              larder logout https://larder.internal:7070
              larder logout ghcr.io
            """)

    @Argument(help: LoginCommand.serverHelp) var server: String?

    func run() async throws {
        let surroundings = Surroundings.current()
        let server = try LoginCommand.server(server, in: surroundings)
        do {
            let isGone = try await LoginStore(environment: surroundings.environment).remove(server.host)
            print(isGone ? "Removing login credentials for \(server)" : "Not logged in to \(server)")
        } catch {
            StandardError.write("ERROR: \(error)\n")
            throw ExitCode.failure
        }
    }
}
