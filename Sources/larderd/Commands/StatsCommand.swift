import ArgumentParser
import ChunkStore
import FoundationEssentials
import Logging
import SystemPackage

/// `larderd stats`: what a root holds, whether a server has it open or not.
struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Print what a root holds.",
        discussion: """
            A root that a server has open is asked about through that server.

            EXAMPLES:
              larderd stats --root /var/lib/larder
              larderd stats --root /var/lib/larder --json
            """)

    @Option(help: SettingFlags.help(.root)) var root: String?
    @Flag(help: "Print one JSON object; sizes in bytes.") var json = false

    func run() async throws {
        let flags = root.map { [Setting.root: $0] } ?? [:]
        let reader = try await SettingsReader(
            flags: flags, environment: ProcessInfo.processInfo.environment, file: nil)
        let statistics = try await RootInspector(root: try reader.root()).statistics()
        if json {
            print(String(decoding: try JSONEncoder.report.encode(statistics), as: UTF8.self))
        } else {
            print(Self.table(statistics))
        }
    }

    /// `statistics` as lines for people.
    static func table(_ statistics: Statistics) -> String {
        let rows = [
            ("logical", ByteCount.describe(statistics.logicalBytes)),
            ("unique", ByteCount.describe(statistics.uniqueBytes)),
            ("stored", ByteCount.describe(statistics.storedBytes)),
            ("chunks", "\(statistics.chunks)"),
            ("layers", "\(statistics.layers)"),
            ("steps", "\(statistics.steps)"),
            ("chunk files", "\(statistics.chunkFiles)"),
        ]
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { $0.0 + String(repeating: " ", count: width + 2 - $0.0.count) + $0.1 }
            .joined(separator: "\n")
    }
}

extension JSONEncoder {
    fileprivate static var report: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return encoder
    }
}
