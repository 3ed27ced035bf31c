import ArgumentParser
import ChunkStore
import FoundationEssentials
import NIOHTTP1
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
              larderd stats --root /var/lib/larder --histograms
            """)

    @Option(help: SettingFlags.help(.root)) var root: String?
    @Flag(help: "Print one JSON object; sizes in bytes.") var json = false
    @Flag(help: "Also count chunks and frames by size, which looks at every row of the index.") var histograms = false

    func run() async throws {
        let flags = root.map { [Setting.root: $0] } ?? [:]
        let reader = try await SettingsReader(
            flags: flags, environment: ProcessInfo.processInfo.environment, file: nil)
        let histograms = histograms
        let report = try await RootAccess(existing: try reader.root()).perform(
            .GET, histograms ? "/stats?histograms=1" : "/stats", timeout: 600
        ) { store in
            try StatisticsReport(of: store, histograms: histograms)
        }
        print(json ? String(decoding: try JSONEncoder.report.encode(report), as: UTF8.self) : report.table)
    }
}
