import ArgumentParser
import FoundationEssentials
import Logging
import NIOHTTP1

/// `larderd webhooks redeliver`: sends events that were given up after all.
struct WebhooksRedeliverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redeliver",
        abstract: "Send events that were given up again, and what waits at once.",
        discussion: """
            Also for a webhook whose receiver said that it is gone (410), and for one that waits for its next attempt. Events \
            are tried for the webhook's give-up-after from now on, however old they are.

            EXAMPLES:
              larderd webhooks redeliver --root /var/lib/larder deploy
              larderd webhooks redeliver --root /var/lib/larder deploy --id evt_0f3c…
            """)

    @Option(help: SettingFlags.help(.root)) var root: String?
    @Option(help: ArgumentHelp("Only this event, as list names it.", valueName: "ID")) var id: String?
    @Argument(help: ArgumentHelp("The webhook.", valueName: "NAME")) var webhook: String

    func run() async throws {
        let access = try await RootAccess(flag: root)
        let directory = access.root
        let order = RedeliveryOrder(webhook: webhook, id: id)
        let content = String(decoding: try JSONEncoder.report.encode(order), as: UTF8.self)
        let report: RedeliveryReport = try await access.perform(
            .POST, WebhookRoutes.Path.redeliver, content: content
        ) { _ in
            let quiet = Logger(label: "larderd") { _ in SwiftLogNoOpLogHandler() }
            let queue = try EventQueue(in: directory, logger: quiet)
            let records = try order.records(in: queue.contents, at: Int64(clamping: WallClock.seconds))
            queue.note(records)
            return RedeliveryReport(count: records.count)
        }
        print("\(report.count) events are sent again.")
    }
}
