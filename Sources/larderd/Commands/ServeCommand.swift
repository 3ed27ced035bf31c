import ArgumentParser
import Glibc
import Logging

/// `larderd serve`: serves a root until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a root over HTTP until SIGTERM or SIGINT (the default).",
        discussion: """
            A stop finishes the requests under way. Nothing that was acknowledged is lost, whatever stops the server.

            EXAMPLES:
              larderd serve --root /var/lib/larder
              larderd serve --root /var/lib/larder --listen 127.0.0.1:0 --log-level debug
            """)

    @OptionGroup var flags: SettingFlags

    func run() async throws {
        let settings = try await flags.settings()
        // What a root holds is for nobody but the account that serves it.
        umask(0o077)
        try await LarderServer(settings: settings, logger: Logger(for: settings)).runUntilSignalled()
    }
}
