/// BuildKit on one machine that stays: all builds of all branches have what any of them has made, whole layers.
///
/// moby/buildkit, solver/: a record for each step whose result is there; a step that fails has none, but those before it do.
/// Steps that two builds make at the same time are made once (solver/jobs.go shares edges between builds).
struct LocalDaemon: CachePolicy {
    private var shelf: LayerShelf<TraceID>

    init(quota: UInt64?) {
        shelf = LayerShelf(quota: quota)
    }

    var storedBytes: UInt64 { shelf.storedBytes }

    mutating func run(_ jobs: [PolicyJob]) -> [JobOutcome] {
        jobs.map { job in
            let graph = job.graph
            let known = shelf
            var walk = GraphWalk(
                graph, isCached: { known.contains(graph.nodes[$0].key) },
                isKnown: { known.contains(graph.nodes[$0].key) })
            walk.run()
            let outcome = JobOutcome(walk, job)
            for node in walk.restored { shelf.touch(graph.nodes[node].key) }
            for node in outcome.finished { shelf.put(graph.nodes[node].key, bytes: graph.nodes[node].bytes) }
            shelf.evict()
            return outcome
        }
    }
}
