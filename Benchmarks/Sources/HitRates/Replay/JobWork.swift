/// What one job of a workload asks of a cache, and for how long it runs.
public struct JobWork: Sendable, Hashable {
    /// Steps of the graph.
    public var steps: Int
    /// Steps that were executed and kept.
    public var recorded: Int
    /// What they take. Seconds.
    public var seconds: Double
    /// Sent to the cache. Bytes of layers, which may be a share of them.
    public var sent: Double
    /// Received from it. Bytes of layers, which may be a share of them.
    public var received: Double
    /// How many layers were received.
    public var fetched: Int

    /// Makes a job's work.
    public init(steps: Int, recorded: Int, seconds: Double, sent: Double, received: Double, fetched: Int) {
        self.steps = steps
        self.recorded = recorded
        self.seconds = seconds
        self.sent = sent
        self.received = received
        self.fetched = fetched
    }
}

extension Replay {
    /// What each job asks of one policy, in the order in which they run.
    public func work(of policy: PolicyName) -> [JobWork] {
        let contents = FileContents(trace)
        var outputs = OutputModel(equalRate: equalOutputRate)
        let builds = trace.builds.filter { $0.failure == nil }
        let graphs = builds.map { ReplayGraph($0, of: trace, contents, costs, &outputs) }
        var cache = policy.make(contents, quota: quota)
        return workload.slots(builds: graphs.count).flatMap { slot in
            let jobs = slot.map { PolicyJob(job: $0, graph: graphs[$0.build]) }
            return zip(jobs, cache.run(jobs)).map { job, outcome in
                JobWork(
                    steps: job.graph.nodes.count, recorded: job.job.isFork ? 0 : outcome.finished.count,
                    seconds: outcome.executed.reduce(0) { $0 + job.graph.nodes[$1].seconds },
                    sent: Double(outcome.sent), received: Double(outcome.received),
                    fetched: outcome.received > 0 ? outcome.restored(in: job.graph).count : 0)
            }
        }
    }
}
