import ArgumentParser

/// `larderd webhooks`: how webhooks are doing, and sending events again.
struct WebhooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks",
        abstract: "List webhooks and what waits for them, send events again, try one.",
        discussion: """
            Webhooks are set in the file of --webhooks. Without a subcommand, they are listed.

            EXAMPLES:
              larderd webhooks --root /var/lib/larder
              larderd webhooks test --root /var/lib/larder deploy
              larderd webhooks redeliver --root /var/lib/larder deploy
            """,
        subcommands: [WebhooksListCommand.self, WebhooksRedeliverCommand.self, WebhooksTestCommand.self],
        defaultSubcommand: WebhooksListCommand.self)
}
