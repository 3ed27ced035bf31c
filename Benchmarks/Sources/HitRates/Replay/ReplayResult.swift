/// What a policy came to.
public struct ReplayResult: Sendable, Codable {
    /// The sums after a build of the default branch.
    public struct Point: Sendable, Codable {
        /// The commit.
        public var commit: String
        /// Steps of this build that were executed.
        public var executed: Int
        /// Of the steps so far: how many were not executed; 0 to 1.
        public var hitRate: Double
        /// Of this build.
        public var ownHitRate: Double
        /// Held at that moment. Bytes.
        public var storedBytes: UInt64
        /// Not spent so far. Seconds.
        public var secondsSaved: Double
    }

    /// The policy.
    public var policy: PolicyName
    /// How many jobs there were.
    public var jobs = 0
    /// Jobs that failed as the workload wanted.
    public var failedJobs = 0
    /// Steps of all jobs that were reached.
    public var steps = 0
    /// Those that were not executed.
    public var hits = 0
    /// Bytes of the layers of all steps that were reached.
    public var layerBytes: UInt64 = 0
    /// Those of steps that were not executed.
    public var hitBytes: UInt64 = 0
    /// What all steps take that were reached. Seconds.
    public var seconds = 0.0
    /// What those take that were not executed. Seconds.
    public var secondsSaved = 0.0
    /// Held at the end. Bytes.
    public var storedBytes: UInt64 = 0
    /// Sent to the cache. Bytes.
    public var sentBytes: UInt64 = 0
    /// Received from it. Bytes.
    public var receivedBytes: UInt64 = 0
    /// Executed steps by why they were.
    public var reasons: [String: Int] = [:]
    /// How it went.
    public var points: [Point] = []

    /// `hits` of `steps`; 0 to 1.
    public var hitRate: Double { steps == 0 ? 0 : Double(hits) / Double(steps) }
    /// `hitBytes` of `layerBytes`; 0 to 1.
    public var byteHitRate: Double { layerBytes == 0 ? 0 : Double(hitBytes) / Double(layerBytes) }

    init(_ policy: PolicyName) {
        self.policy = policy
    }

    mutating func add(_ outcome: JobOutcome, of job: PolicyJob, stored: UInt64) {
        let graph = job.graph
        let executed = Set(outcome.executed)
        let (earlierSteps, earlierHits) = (steps, hits)
        jobs += 1
        if outcome.fails { failedJobs += 1 }
        for (number, node) in graph.nodes.enumerated() where !outcome.unreached.contains(number) {
            steps += 1
            layerBytes += node.bytes
            seconds += node.seconds
            if executed.contains(number) { continue }
            hits += 1
            hitBytes += node.bytes
            secondsSaved += node.seconds
        }
        sentBytes += outcome.sent
        receivedBytes += outcome.received
        storedBytes = stored
        guard job.job.branch == 0, job.job.failsAt == nil, job.job.variant == 0 else { return }
        let own = steps - earlierSteps
        points.append(
            Point(
                commit: graph.commit, executed: executed.count, hitRate: hitRate,
                ownHitRate: own == 0 ? 1 : Double(hits - earlierHits) / Double(own), storedBytes: stored,
                secondsSaved: secondsSaved))
    }
}
