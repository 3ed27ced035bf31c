import ArgumentParser

/// `larderd health`: whether a server serves a root.
struct HealthCommand: AsyncParsableCommand {
    /// How long the server may take. Seconds.
    private static let timeout: Int64 = 10

    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask the server that has a root open whether it is well.",
        discussion: """
            The exit status is 0 when it answers and can write, else 1. It is asked through its admin socket, so neither its \
            address nor a token is needed: made for the HEALTHCHECK of a container. Other machines ask for /healthz.

            EXAMPLES:
              larderd health --root /var/lib/larder
            """)

    @Option(help: SettingFlags.help(.root)) var root: String?

    func run() async throws {
        let report: HealthReport = try await RootAccess(flag: root).ask("/health", timeout: Self.timeout)
        print(report.status)
    }
}
