/// How a kind of cache treats builds.
protocol CachePolicy: Sendable {
    /// The bytes that it holds at the moment, of everything that was ever stored and not evicted.
    var storedBytes: UInt64 { get }

    /// Runs jobs that begin at the same time.
    mutating func run(_ jobs: [PolicyJob]) -> [JobOutcome]
}

/// A job as a policy sees it.
struct PolicyJob: Sendable {
    let job: Workload.Job
    let graph: ReplayGraph

    /// The scope that it writes.
    var scope: Int { job.branch }
    /// The scopes that it reads: its own, and the default branch.
    var scopes: [Int] { job.branch == 0 ? [0] : [job.branch, 0] }

    /// What of `executed` is reached before the job fails, and whether it fails at the last of those.
    func reached(of executed: [Int]) -> (steps: [Int], fails: Bool) {
        guard let share = job.failsAt else { return (executed, false) }
        let runs = executed.filter { graph.nodes[$0].step.kind == .run }
        guard !runs.isEmpty else { return (executed, false) }
        let failing = runs[min(runs.count - 1, Int(share * Double(runs.count)))]
        let end = executed.firstIndex(of: failing) ?? executed.count - 1
        return (Array(executed[...end]), true)
    }
}

/// What became of a job.
struct JobOutcome: Sendable {
    /// Steps that were executed, by their place in the graph, in order; the last one may have failed.
    var executed: [Int] = []
    /// Whether the last executed one failed.
    var fails = false
    /// Steps that were not reached since the job failed.
    var unreached: Set<Int> = []
    /// Bytes that came from the cache.
    var received: UInt64 = 0
    /// Bytes that were sent to it.
    var sent: UInt64 = 0

    /// Those of `executed` that have a result.
    var finished: ArraySlice<Int> { fails ? executed.dropLast() : executed[...] }

    init() {}

    /// What a walk comes to.
    init(_ walk: GraphWalk, _ job: PolicyJob) {
        let (steps, fails) = job.reached(of: walk.executed)
        executed = steps
        self.fails = fails
        unreached = Set(walk.executed.dropFirst(steps.count))
    }

    /// The layers that have to be on the runner for what is executed: those below each RUN, and what is copied from, that were
    /// not made here.
    func restored(in graph: ReplayGraph) -> Set<Int> {
        var wanted: Set<Int> = []
        for node in executed where graph.nodes[node].step.kind == .run {
            var below = graph.nodes[node].parent
            while let step = below {
                wanted.insert(step)
                below = graph.nodes[step].parent
            }
        }
        for node in executed {
            for stage in graph.sources(of: node) {
                var below = graph.stages[stage].result
                while let step = below {
                    wanted.insert(step)
                    below = graph.nodes[step].parent
                }
            }
        }
        return wanted.subtracting(executed)
    }
}
