import ArgumentParser
import HitRates

/// What builds there are, and what they ask of Larder.
struct DemandOptions: ParsableArguments {
    @OptionGroup var history: HistoryOptions
    @Option(help: ArgumentHelp("How much of a rebuilt layer is new to the store; 0 to 1.", valueName: "SHARE"))
    var newShare = 1.0

    /// A team's: branches that are merged, jobs that fail and are repeated, forks, a matrix of two.
    private static let usual = {
        var workload = Workload()
        workload.branches = .features(open: 3)
        workload.runners = 4
        workload.failureRate = 0.1
        workload.forkRate = 0.1
        workload.matrix = 2
        return workload
    }()

    /// What that is, for help.
    static let discussion =
        "Where nothing else is said, the histories are those of teams: --branches features:3 --failures 0.1 --forks 0.1 --matrix 2."

    func validate() throws {
        guard (0...1).contains(newShare) else { throw ValidationError("--new-share is 0 to 1.") }
    }

    /// What each build of each history asks of a server.
    func histories() throws -> [[JobWork]] {
        try history.replays(usual: Self.usual).map { replay in
            let jobs = replay.work(of: .larder).map { $0.withNew(newShare) }
            guard !jobs.isEmpty else { throw ValidationError("\(replay.trace.header.source) has no builds.") }
            return jobs
        }
    }
}
