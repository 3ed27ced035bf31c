import ArgumentParser
import CacheAPI
import FoundationEssentials
import NIOHTTP1
import OCI

/// `larderd quarantine list`: images that the scan gate holds.
struct QuarantineListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List images that wait for a verdict, that the scanner cannot judge, and that were refused.",
        discussion: """
            EXAMPLES:
              larderd quarantine list --root /var/lib/larder
              larderd quarantine list --root /var/lib/larder --json
            """)

    @Option(help: SettingFlags.help(.root)) var root: String?
    @Flag(help: "Print one JSON list; times in seconds since 1970.") var json = false

    func run() async throws {
        let access = try await RootAccess(flag: root)
        let directory = access.root
        let entries: [QuarantineEntry] = try await access.perform(.GET, QuarantineRoutes.Path.quarantine) { _ in
            try Quarantine(in: directory).all
        }
        print(json ? String(decoding: try JSONEncoder.report.encode(entries), as: UTF8.self) : Self.table(entries))
    }

    private static func table(_ entries: [QuarantineEntry]) -> String {
        if entries.isEmpty { return "no image is in quarantine" }
        return entries.map { entry in
            let rows = [
                ("  state", entry.state.rawValue + (entry.failures > 0 ? ", \(entry.failures) failures" : "")),
                ("  reason", entry.reason ?? "-"),
                ("  tags", entry.tags.isEmpty ? "-" : entry.tags.joined(separator: ", ")),
                ("  since", Timestamp.text(seconds: entry.since)),
                ("  pushed by", entry.identities.isEmpty ? "-" : entry.identities.joined(separator: ", ")),
            ]
            return "\(entry.key)\n" + rows.aligned
        }.joined(separator: "\n")
    }
}
