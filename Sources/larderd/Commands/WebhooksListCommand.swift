import ArgumentParser
import FoundationEssentials
import Logging
import NIOHTTP1
import OCI

/// `larderd webhooks list`: how webhooks are doing.
struct WebhooksListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List webhooks, what waits for them, and what was given up.",
        discussion: """
            Of a root that no server has open, what waits is told; how deliveries went is known while a server runs.

            EXAMPLES:
              larderd webhooks list --root /var/lib/larder
              larderd webhooks list --root /var/lib/larder --json
            """)

    @Option(help: SettingFlags.help(.root)) var root: String?
    @Flag(help: "Print one JSON object; times in seconds since 1970.") var json = false

    func run() async throws {
        let access = try await RootAccess(flag: root)
        let directory = access.root
        let report: WebhooksReport = try await access.perform(.GET, WebhookRoutes.Path.webhooks) { _ in
            let quiet = Logger(label: "larderd") { _ in SwiftLogNoOpLogHandler() }
            return WebhooksReport(try EventQueue(in: directory, logger: quiet).contents, .none)
        }
        print(json ? String(decoding: try JSONEncoder.report.encode(report), as: UTF8.self) : report.table)
    }
}

extension WebhooksReport {
    /// As lines for people.
    var table: String {
        if webhooks.isEmpty { return "there are no webhooks" }
        return webhooks.map { webhook in
            var rows = [
                ("  state", webhook.state.rawValue + (webhook.failures > 0 ? ", \(webhook.failures) failures" : "")),
                (
                    "  waiting",
                    "\(webhook.waiting)"
                        + (webhook.oldest.map { ", the oldest since \(Timestamp.text(seconds: $0))" } ?? "")
                ),
            ]
            if let error = webhook.lastError { rows.append(("  last error", error)) }
            if let time = webhook.lastDelivered { rows.append(("  last delivered", Timestamp.text(seconds: time))) }
            rows.append(("  given up", "\(webhook.givenUpCount)"))
            rows += webhook.givenUp.map { event in
                ("    \(event.id)", "\(event.type), \(Timestamp.text(seconds: event.time)): \(event.reason)")
            }
            return "\(webhook.name)\(webhook.origin.map { " \($0)" } ?? "")\n" + rows.aligned
        }.joined(separator: "\n")
    }
}
