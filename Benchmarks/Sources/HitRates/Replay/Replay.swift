/// Puts a history of builds through caches, without building anything.
public struct Replay: Sendable {
    /// The history.
    public let trace: Trace
    /// Which jobs it makes.
    public var workload = Workload()
    /// What steps cost that were not measured.
    public var costs = CostModel()
    /// Of RUN steps that are built anew, since something below them changed: how many give what they gave before; 0 to 1.
    public var equalOutputRate = 0.0
    /// The most bytes that a cache may hold, where it can keep to that.
    public var quota: UInt64?

    /// Makes a replay of a trace.
    public init(_ trace: Trace) {
        self.trace = trace
    }

    /// What each policy comes to. O(jobs × steps) for each, and what the traces' files take.
    public func run(_ policies: [PolicyName]) -> [ReplayResult] {
        let contents = FileContents(trace)
        var outputs = OutputModel(equalRate: equalOutputRate)
        let builds = trace.builds.filter { $0.failure == nil }
        let graphs = builds.map { ReplayGraph($0, of: trace, contents, costs, &outputs) }
        let slots = workload.slots(builds: graphs.count)
        return policies.map { run($0, slots, graphs, contents) }
    }

    private func run(
        _ name: PolicyName, _ slots: [[Workload.Job]], _ graphs: [ReplayGraph], _ contents: FileContents
    ) -> ReplayResult {
        var policy = name.make(contents, quota: quota)
        var result = ReplayResult(name)
        var reasons = MissReasons()
        for slot in slots {
            let jobs = slot.map { PolicyJob(job: $0, graph: graphs[$0.build]) }
            for (job, outcome) in zip(jobs, policy.run(jobs)) {
                for node in outcome.executed {
                    result.reasons[reasons.reason(node, in: job.graph).description, default: 0] += 1
                }
                reasons.note(job.graph, made: outcome.finished)
                result.add(outcome, of: job, stored: policy.storedBytes)
            }
        }
        return result
    }
}
