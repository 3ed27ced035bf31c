/// Larder: a record for each step in the scope of its branch, as soon as it is made, and contents of files held once.
///
/// What a failed build has finished is there; a step that another job makes at the moment is waited for. Branches read their own
/// scope and the default branch's; a merged branch's records are taken over where the server trusts its writers.
struct LarderCache: CachePolicy {
    /// What is left out of it, to see what each part is worth.
    struct Options: Sendable, Hashable {
        /// Stages that are read are known by what they hold; else by what they are made of.
        var knowsContents = true
        /// Each branch has a scope of its own; else all share one, as without any protection.
        var hasScopes = true
        /// Branches that were merged are trusted: the default branch finds what they made.
        var promotes = true
        /// Steps that others make at the moment are waited for.
        var waits = true
        /// The most bytes to hold.
        var quota: UInt64?
    }

    private struct Name: Hashable {
        let scope: Int
        let key: TraceID
    }

    let options: Options
    private let contents: FileContents
    private var records: Set<Name> = []
    private var shelf: LayerShelf<TraceID>
    /// Scopes of branches that are not from forks.
    private var trusted: Set<Int> = []

    init(_ options: Options, contents: FileContents) {
        self.options = options
        self.contents = contents
        shelf = LayerShelf(quota: options.quota)
    }

    var storedBytes: UInt64 { shelf.storedBytes }

    mutating func run(_ jobs: [PolicyJob]) -> [JobOutcome] {
        let before = (records, shelf)
        return jobs.map { job in
            // Without waiting, jobs that begin together make the same steps.
            let (records, shelf) = options.waits ? (self.records, self.shelf) : before
            let graph = job.graph
            let readable = options.hasScopes ? job.scopes : [0]
            let trusted = options.promotes && job.scope == 0 ? self.trusted : []
            let knowsContents = options.knowsContents
            let isRecorded: (Int) -> Bool = { node in
                let key = knowsContents ? graph.nodes[node].key : graph.nodes[node].definition
                guard shelf.contains(key) else { return false }
                return readable.contains { records.contains(Name(scope: $0, key: key)) }
                    || trusted.contains { records.contains(Name(scope: $0, key: key)) }
            }
            var walk = GraphWalk(
                graph, isCached: isRecorded, isKnown: { !knowsContents || isRecorded($0) })
            walk.run()
            var outcome = JobOutcome(walk, job)
            outcome.received = outcome.restored(in: graph).reduce(0) { $0 + graph.nodes[$1].bytes }
            let found = graph.nodes.indices.filter(isRecorded)
            keep(job, found, &outcome)
            return outcome
        }
    }

    private mutating func keep(_ job: PolicyJob, _ found: [Int], _ outcome: inout JobOutcome) {
        let graph = job.graph
        if job.job.isFork { return }
        let scope = options.hasScopes ? job.scope : 0
        if scope != 0 { trusted.insert(scope) }
        // The whole graph is looked up, also what turns out not to be needed.
        for node in found {
            let key = key(of: graph.nodes[node])
            shelf.touch(key)
            // What is found in a branch is taken over.
            if options.promotes, scope == 0 { records.insert(Name(scope: scope, key: key)) }
        }
        for node in outcome.finished {
            let step = graph.nodes[node]
            let files = step.sets.reduce(into: [TraceID: UInt64]()) { $0.merge(contents.sets[$1]) { $1 } }
            let shared = min(step.bytes, files.values.reduce(0, +))
            outcome.sent += shelf.put(key(of: step), bytes: step.bytes - shared, contents: files)
            records.insert(Name(scope: scope, key: key(of: step)))
        }
        shelf.evict()
    }

    private func key(of node: ReplayGraph.Node) -> TraceID { options.knowsContents ? node.key : node.definition }
}
