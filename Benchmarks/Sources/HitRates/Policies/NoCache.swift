/// Every job builds everything.
struct NoCache: CachePolicy {
    var storedBytes: UInt64 { 0 }

    mutating func run(_ jobs: [PolicyJob]) -> [JobOutcome] {
        jobs.map { job in
            var walk = GraphWalk(job.graph, isCached: { _ in false }, isKnown: { _ in false })
            walk.run()
            return JobOutcome(walk, job)
        }
    }
}
