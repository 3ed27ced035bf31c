public import ArgumentParser
internal import FoundationEssentials

/// Recorded histories, and which jobs they make.
public struct HistoryOptions: ParsableArguments {
    @Argument(help: "What larder-bench hitrate record wrote.", completion: .file())
    private var traces: [String]
    @Option(help: ArgumentHelp("trunk, or features[:OPEN]: each commit on a branch first.", valueName: "MODEL"))
    private var branches: String?
    @Option(help: ArgumentHelp("How many of the branches are from forks; 0 to 1.", valueName: "RATE"))
    private var forks: Double?
    @Option(help: ArgumentHelp("How many jobs fail, and are repeated; 0 to 1.", valueName: "RATE"))
    private var failures: Double?
    @Option(help: ArgumentHelp("How many jobs of each commit build the same image.", valueName: "COUNT"))
    private var matrix: Int?
    /// Decides what is drawn.
    @Option(help: ArgumentHelp("Decides what is drawn.", valueName: "NUMBER"))
    public var seed: UInt64 = 1

    /// Makes options that nothing was read of yet.
    public init() {}

    /// Checks what was given.
    public func validate() throws {
        guard !traces.isEmpty else { throw ValidationError("Name at least one trace.") }
        if let branches, Workload.Branches(branches) == nil {
            throw ValidationError("--branches is trunk or features[:OPEN], not '\(branches)'.")
        }
        for (name, rate) in [("forks", forks), ("failures", failures)] where rate.map({ !(0...1).contains($0) }) == true
        {
            throw ValidationError("--\(name) is 0 to 1.")
        }
        if let matrix, !(1...10_000).contains(matrix) { throw ValidationError("--matrix is 1 to 10000.") }
    }

    /// A replay of each history.
    /// - Parameter usual: the workload, as far as nothing else was given.
    /// - Throws: `ValidationError` for a file that cannot be read, ``HitRatesError`` for one that is no trace.
    public func replays(usual: Workload = Workload()) throws -> [Replay] {
        var workload = usual
        if let branches = branches.flatMap({ Workload.Branches($0) }) { workload.branches = branches }
        workload.forkRate = forks ?? usual.forkRate
        workload.failureRate = failures ?? usual.failureRate
        workload.matrix = matrix ?? usual.matrix
        workload.seed = seed
        return try traces.map { path in
            var replay = Replay(try Trace(decoding: try InputFile.read(path), named: path))
            replay.workload = workload
            return replay
        }
    }
}
