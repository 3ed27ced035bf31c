import ArgumentParser
import FoundationEssentials
import HitRates

/// `larder-bench hitrate replay`.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Put recorded histories through caches, and tell what each would have saved.",
        discussion: """
            Where nothing else is said, each commit is pushed to the default branch, one job after the other, and none fails.

            POLICIES:
            \(PolicyName.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

            EXAMPLES:
              larder-bench hitrate replay shop.jsonl
              larder-bench hitrate replay *.jsonl --policy larder,registry-max --branches features:3 --runners 4 \\
                  --failures 0.1 --html report.html
            """)

    @OptionGroup var history: HistoryOptions
    @Option(help: ArgumentHelp("The caches, with commas between them; all by default.", valueName: "NAME,…"))
    var policy: String?
    @Option(help: ArgumentHelp("How many jobs run at the same time, each on an empty runner.", valueName: "COUNT"))
    var runners = 1
    @Option(help: ArgumentHelp("The most bytes to hold, for caches that can keep to that.", valueName: "BYTES"))
    var quota: UInt64?
    @Option(help: ArgumentHelp("How many rebuilt RUN steps give what they gave before; 0 to 1.", valueName: "RATE"))
    var equalOutputs = 0.0
    @Option(help: ArgumentHelp("What a RUN takes that was not measured.", valueName: "SECONDS"))
    var runSeconds = CostModel().runSeconds
    @Option(help: ArgumentHelp("The layer of a RUN that was not measured.", valueName: "BYTES"))
    var runBytes = CostModel().runBytes
    @Flag(help: "Print JSON.")
    var json = false
    @Option(help: ArgumentHelp("Write a page with charts.", valueName: "FILE"), completion: .file())
    var html: String?
    @Option(help: ArgumentHelp("Write the charts as SVG files.", valueName: "DIR"), completion: .directory)
    var svg: String?

    func validate() throws {
        _ = try policies()
        guard (0...1).contains(equalOutputs) else { throw ValidationError("--equal-outputs is 0 to 1.") }
        guard (1...10_000).contains(runners) else { throw ValidationError("--runners is 1 to 10000.") }
    }

    private func policies() throws -> [PolicyName] {
        guard let policy else { return PolicyName.allCases }
        return try policy.split(separator: ",").map { text in
            guard let name = PolicyName(rawValue: String(text)) else {
                let names = PolicyName.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no policy '\(text)'; there are \(names).")
            }
            return name
        }
    }

    func run() async throws {
        let reports = try history.replays().map { replay in
            var replay = replay
            replay.workload.runners = runners
            replay.costs.runSeconds = runSeconds
            replay.costs.runBytes = runBytes
            replay.equalOutputRate = equalOutputs
            replay.quota = quota
            return ReplayReport(replay, try policies())
        }
        if let html { try ReplayPage(reports).text.write(toFile: html, atomically: true, encoding: .utf8) }
        if let svg { try write(reports, to: svg) }
        print(json ? try ReplayReport.json(reports) : reports.map(\.table).joined(separator: "\n\n"))
    }

    private func write(_ reports: [ReplayReport], to directory: String) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for report in reports {
            for (name, chart) in report.charts {
                try chart.svg.write(
                    toFile: "\(directory)/\(report.title)-\(name).svg", atomically: true, encoding: .utf8)
            }
        }
    }
}
