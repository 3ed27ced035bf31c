import CacheAPI
import FoundationEssentials
import Logging
import NIOHTTP1

extension EvictionOrder {
    /// How long a server may take. Seconds.
    private static let timeout: Int64 = 3600

    /// Carries it out on a root, through the server that has it open if there is one. It is in the audit log then.
    /// - Throws: `StoreError`; ``ServerError``.
    func carryOut(on settings: Settings) async throws -> EvictionReport {
        let content = String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
        let quiet = Logger(label: "larderd") { _ in SwiftLogNoOpLogHandler() }
        return try await RootAccess(existing: settings.root).perform(
            .POST, "/evict", content: content, options: settings.storeOptions, timeout: Self.timeout
        ) { store in
            let webhooks = try Webhooks(settings, metrics: ServerMetrics(), logger: quiet)
            let events = RemovalEvents(.distrusted, of: store, by: "command", telling: webhooks)
            let report = try IdentityEviction(
                store: store, order: self, events: events, quarantine: Quarantine(in: settings.root)
            ).run()
            if !isTrial {
                try settings.audit.file(in: settings.root)?.append(Array(AuditEvent(report, self).line.utf8))
            }
            return report
        }
    }
}

extension AuditEvent {
    /// The eviction that a command asked for.
    init(_ report: EvictionReport, _ order: EvictionOrder) {
        self.init(.evict)
        identity = "command"
        project = order.project?.description
        reference = order.writtenBy
        count = report.count
    }
}
