/// BuildKit's cache in a registry, or in the image (`type=registry`, `type=inline`): the whole graph of a build under a tag, written
/// when the build has succeeded.
///
/// moby/buildkit, cache/remotecache/: the exporter walks the graph of this build, so what other builds have put under the tag is
/// gone. `min` and `inline` have the layers of the result's own stage only, and keys of all; `max` has the layers of all stages.
/// Each branch has a tag; its builds import that and the default branch's, as the documentation of docker/build-push-action
/// advises.
struct RegistryCache: CachePolicy {
    /// Which layers are exported.
    enum Mode: Sendable {
        case min, max
    }

    /// What is under a tag.
    private struct Tag {
        /// Keys whose layers are there, each with the name of the layer.
        var layers: [TraceID: UInt64] = [:]
        /// Keys that are only known.
        var known: Set<TraceID> = []
    }

    let mode: Mode
    /// Whether what another build has put under the tag stays (as with a Larder server, which merges caches).
    let mergesWriters: Bool
    private var tags: [Int: Tag] = [:]
    private var shelf = LayerShelf<UInt64>()
    private var count: UInt64 = 0

    init(mode: Mode, mergesWriters: Bool = false) {
        self.mode = mode
        self.mergesWriters = mergesWriters
    }

    var storedBytes: UInt64 { shelf.storedBytes }

    mutating func run(_ jobs: [PolicyJob]) -> [JobOutcome] {
        let before = tags
        return jobs.map { job in
            // Jobs that begin together find what was there when they began.
            let imported = job.scopes.compactMap { before[$0] }
            let graph = job.graph
            var walk = GraphWalk(
                graph,
                isCached: { node in imported.contains { $0.layers[graph.nodes[node].key] != nil } },
                isKnown: { node in
                    let key = graph.nodes[node].key
                    return imported.contains { $0.layers[key] != nil || $0.known.contains(key) }
                })
            walk.run()
            var outcome = JobOutcome(walk, job)
            outcome.received = outcome.restored(in: graph).reduce(0) { $0 + graph.nodes[$1].bytes }
            if !outcome.fails, !job.job.isFork { export(job, imported, &outcome) }
            return outcome
        }
    }

    private mutating func export(_ job: PolicyJob, _ imported: [Tag], _ outcome: inout JobOutcome) {
        let graph = job.graph
        var tag = mergesWriters ? tags[job.scope] ?? Tag() : Tag()
        let made = Set(outcome.finished)
        let own = chain(of: graph.result, in: graph)
        for node in graph.nodes.indices {
            let key = graph.nodes[node].key
            tag.known.insert(key)
            if let layer = imported.lazy.compactMap({ $0.layers[key] }).first, !made.contains(node) {
                if mode == .max || own.contains(node) { tag.layers[key] = layer }
            } else if made.contains(node), mode == .max || own.contains(node) {
                // Layers have times, so one that is made again is another one.
                count += 1
                tag.layers[key] = count
                outcome.sent += shelf.put(count, bytes: graph.nodes[node].bytes)
            }
        }
        tags[job.scope] = tag
    }

    /// The steps that the layers of the result come from: its own stage's and those of the stages that it begins with.
    private func chain(of result: Int?, in graph: ReplayGraph) -> Set<Int> {
        var chain: Set<Int> = []
        var next = result
        while let node = next {
            chain.insert(node)
            next = graph.nodes[node].parent
        }
        return chain
    }
}
