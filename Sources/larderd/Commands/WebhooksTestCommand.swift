import ArgumentParser
import FoundationEssentials
import NIOHTTP1

/// `larderd webhooks test`: sends a webhook an event that says nothing.
struct WebhooksTestCommand: AsyncParsableCommand {
    /// How long the server may take, longer than any attempt. Seconds.
    private static let timeout: Int64 = 90

    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send a webhook one event of type io.larder.webhook.test, and tell what came of it.",
        discussion: """
            It goes before all that wait, whatever events the webhook is for, and is tried once. A server must have the root \
            open. The exit status is 0 when it was delivered.

            EXAMPLES:
              larderd webhooks test --root /var/lib/larder deploy
            """)

    @Option(help: SettingFlags.help(.root)) var root: String?
    @Argument(help: ArgumentHelp("The webhook.", valueName: "NAME")) var webhook: String

    func run() async throws {
        let access = try await RootAccess(flag: root)
        let directory = access.root
        let report: WebhookTestReport = try await access.perform(
            .POST, WebhookRoutes.Path.test, content: webhook, timeout: Self.timeout
        ) { _ in
            throw ServerError(.noAnswer, "No server has \(directory) open, so nobody can send a test event.")
        }
        print(report.outcome)
        if !report.isDelivered { throw ExitCode(1) }
    }
}
