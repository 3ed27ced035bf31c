import ArgumentParser
import FoundationEssentials
import HitRates

/// `larder-bench hitrate replay`.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Put recorded histories through caches, and tell what each would have saved.",
        discussion: """
            POLICIES:
            \(PolicyName.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

            EXAMPLES:
              larder-bench hitrate replay shop.jsonl
              larder-bench hitrate replay *.jsonl --policy larder,registry-max --branches features:3 --runners 4 \\
                  --failures 0.1 --html report.html
            """)

    @Argument(help: "What larder-bench hitrate record wrote.", completion: .file())
    var traces: [String]
    @Option(help: ArgumentHelp("The caches, with commas between them; all by default.", valueName: "NAME,…"))
    var policy: String?
    @Option(help: ArgumentHelp("How many jobs run at the same time, each on an empty runner.", valueName: "COUNT"))
    var runners = 1
    @Option(help: ArgumentHelp("trunk, or features[:OPEN]: each commit on a branch first.", valueName: "MODEL"))
    var branches = "trunk"
    @Option(help: ArgumentHelp("How many of the branches are from forks; 0 to 1.", valueName: "RATE"))
    var forks = 0.0
    @Option(help: ArgumentHelp("How many jobs fail, and are repeated; 0 to 1.", valueName: "RATE"))
    var failures = 0.0
    @Option(help: ArgumentHelp("How many jobs of each commit build the same image.", valueName: "COUNT"))
    var matrix = 1
    @Option(help: ArgumentHelp("The most bytes to hold, for caches that can keep to that.", valueName: "BYTES"))
    var quota: UInt64?
    @Option(help: ArgumentHelp("How many rebuilt RUN steps give what they gave before; 0 to 1.", valueName: "RATE"))
    var equalOutputs = 0.0
    @Option(help: ArgumentHelp("What a RUN takes that was not measured.", valueName: "SECONDS"))
    var runSeconds = CostModel().runSeconds
    @Option(help: ArgumentHelp("The layer of a RUN that was not measured.", valueName: "BYTES"))
    var runBytes = CostModel().runBytes
    @Option(help: ArgumentHelp("Decides what is drawn.", valueName: "NUMBER"))
    var seed: UInt64 = 1
    @Flag(help: "Print JSON.")
    var json = false
    @Option(help: ArgumentHelp("Write a page with charts.", valueName: "FILE"), completion: .file())
    var html: String?
    @Option(help: ArgumentHelp("Write the charts as SVG files.", valueName: "DIR"), completion: .directory)
    var svg: String?

    func validate() throws {
        _ = try policies()
        guard Workload.Branches(branches) != nil else {
            throw ValidationError("--branches is trunk or features[:OPEN], not '\(branches)'.")
        }
        for (name, rate) in [("forks", forks), ("failures", failures), ("equal-outputs", equalOutputs)]
        where !(0...1).contains(rate) {
            throw ValidationError("--\(name) is 0 to 1.")
        }
        for (name, count) in [("runners", runners), ("matrix", matrix)] where !(1...10_000).contains(count) {
            throw ValidationError("--\(name) is 1 to 10000.")
        }
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
        var reports: [ReplayReport] = []
        for path in traces {
            let trace = try Trace(decoding: try InputFile.read(path), named: path)
            var replay = Replay(trace)
            if let branches = Workload.Branches(branches) { replay.workload.branches = branches }
            replay.workload.forkRate = forks
            replay.workload.failureRate = failures
            replay.workload.runners = runners
            replay.workload.matrix = matrix
            replay.workload.seed = seed
            replay.costs.runSeconds = runSeconds
            replay.costs.runBytes = runBytes
            replay.equalOutputRate = equalOutputs
            replay.quota = quota
            reports.append(ReplayReport(replay, try policies()))
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
