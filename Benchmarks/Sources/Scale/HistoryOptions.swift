import ArgumentParser
import FoundationEssentials
import HitRates

/// Which builds there are.
struct HistoryOptions: ParsableArguments {
    @Argument(help: "What larder-bench hitrate record wrote.", completion: .file())
    var traces: [String]
    @Option(help: ArgumentHelp("How much of a rebuilt layer is new to the store; 0 to 1.", valueName: "SHARE"))
    var newShare = 1.0

    func validate() throws {
        guard !traces.isEmpty else { throw ValidationError("Name at least one trace.") }
        guard (0...1).contains(newShare) else { throw ValidationError("--new-share is 0 to 1.") }
    }

    /// What a team's builds ask of Larder: branches that are merged, jobs that fail and are repeated, forks, a matrix of two.
    func histories() throws -> [[JobDemand]] {
        try traces.map { path in
            let data: Data
            do {
                data = try Data(contentsOf: URL(filePath: path))
            } catch {
                throw ValidationError("\(path) cannot be read: \(error)")
            }
            var replay = Replay(try Trace(decoding: data, named: path))
            replay.workload.branches = .features(open: 3)
            replay.workload.runners = 4
            replay.workload.failureRate = 0.1
            replay.workload.forkRate = 0.1
            replay.workload.matrix = 2
            let jobs = replay.work(of: .larder).map { JobDemand($0, newShare: newShare) }
            guard !jobs.isEmpty else { throw ValidationError("\(path) has no builds.") }
            return jobs
        }
    }
}
