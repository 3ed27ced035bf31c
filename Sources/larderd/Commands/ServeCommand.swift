import ArgumentParser
import FoundationEssentials
import Glibc
import Logging

/// `larderd serve`: serves a root until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a root over HTTP until SIGTERM or SIGINT (the default).",
        discussion: """
            A stop finishes the requests under way. Nothing that was acknowledged is lost, whatever stops the server. A \
            service manager that sets NOTIFY_SOCKET, as systemd does for Type=notify, is told when requests are answered, \
            and with WatchdogSec that the server is alive.

            EXAMPLES:
              larderd serve --root /var/lib/larder
              larderd serve --root /var/lib/larder --listen 127.0.0.1:0 --log-level debug
            """)

    @OptionGroup var flags: SettingFlags

    func run() async throws {
        let settings = try await flags.settings()
        // What a root holds is for nobody but the account that serves it.
        umask(0o077)
        let manager = ServiceManager(environment: ProcessInfo.processInfo.environment)
        let logger = Logger(for: settings)
        for note in settings.notes { logger.warning("settings", metadata: ["note": "\(note)"]) }
        let server = LarderServer(settings: settings, logger: logger) { port in
            manager?.tell("READY=1\nSTATUS=serving on port \(port)")
        }
        try await server.runUntilSignalled(telling: manager)
    }
}
