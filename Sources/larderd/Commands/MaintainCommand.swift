import ArgumentParser
import ChunkStore
import FoundationEssentials
import Logging
import NIOHTTP1

/// `larderd maintain`: does all background work of a root to the end.
struct MaintainCommand: AsyncParsableCommand {
    /// How long a server may take. Seconds.
    private static let timeout: Int64 = 86_400

    static let configuration = CommandConfiguration(
        commandName: "maintain",
        abstract: "Evict, collect, pack and compact now, and return when it is done.",
        discussion: """
            A server does all of this by itself, bit by bit. What was stored or reported within a lease period is kept \
            even if nothing refers to it; after a start that is everything for one lease period. A root that a server has \
            open is worked on by that server, with its settings.

            EXAMPLES:
              larderd maintain --root /var/lib/larder
              larderd maintain --root /var/lib/larder --json
            """)

    @OptionGroup var flags: SettingFlags
    @Flag(help: "Print one JSON object; sizes in bytes.") var json = false

    func run() async throws {
        let settings = try await flags.settings()
        let report = try await RootAccess(existing: settings.root).perform(
            .POST, "/maintain", options: settings.storeOptions, timeout: Self.timeout
        ) { store in
            let quiet = Logger(label: "larderd") { _ in SwiftLogNoOpLogHandler() }
            let webhooks = try Webhooks(settings, metrics: ServerMetrics(), logger: quiet)
            return try MaintenanceReport(completing: store, settings: settings, telling: webhooks) { false }
        }
        print(json ? String(decoding: try JSONEncoder.report.encode(report), as: UTF8.self) : report.table)
    }
}
