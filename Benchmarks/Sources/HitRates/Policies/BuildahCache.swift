/// buildah and podman with `--layers --cache-from --cache-to`: an image for each instruction under a tag that is its key.
///
/// containers/buildah, imagebuildah/stage_executor.go: a key is made of the history and the layers of the image below *as it was
/// made*, of the instruction's text, and of the contents that it copies. Instructions that only change configuration are
/// steps like any other. The first miss of a stage ends the look-ups in it. Every stage that the target needs is gone
/// through, and a hit is pulled. Images are pushed as soon as they are made.
struct BuildahCache: CachePolicy {
    /// By key: which time the image was made.
    private var images: [TraceID: TraceID] = [:]
    private var shelf = LayerShelf<TraceID>()
    private var count: UInt64 = 0

    var storedBytes: UInt64 { shelf.storedBytes }

    mutating func run(_ jobs: [PolicyJob]) -> [JobOutcome] {
        // Jobs that begin together do not find what the others make.
        let before = images
        return jobs.map { job in
            var run = Run(job: job, known: before, count: count)
            run.go()
            count = run.count
            if !job.job.isFork {
                for made in run.made where images[made.key] == nil {
                    images[made.key] = made.image
                    run.outcome.sent += shelf.put(made.key, bytes: made.node.map { job.graph.nodes[$0].bytes } ?? 0)
                }
            }
            return run.outcome
        }
    }

    /// One job.
    private struct Run {
        let job: PolicyJob
        var known: [TraceID: TraceID]
        var count: UInt64
        var outcome = JobOutcome()
        var made: [(key: TraceID, image: TraceID, node: Int?)] = []
        /// What each stage comes to.
        private var results: [TraceID] = []

        init(job: PolicyJob, known: [TraceID: TraceID], count: UInt64) {
            self.job = job
            self.known = known
            self.count = count
        }

        mutating func go() {
            let graph = job.graph
            var executed: [Int] = []
            for stage in graph.stages { run(stage, &executed) }
            let (steps, fails) = job.reached(of: executed)
            outcome.unreached = Set(executed.dropFirst(steps.count))
            (outcome.executed, outcome.fails) = (steps, fails)
            let lost = outcome.unreached.union(fails ? steps.suffix(1) : [])
            made = Array(made.prefix { $0.node.map { !lost.contains($0) } ?? true })
        }

        private mutating func run(_ stage: ReplayGraph.Stage, _ executed: inout [Int]) {
            let graph = job.graph
            var image: TraceID =
                switch stage.base {
                case .scratch: TraceID(hashing: "scratch")
                case .image(let id): id
                case .stage(let other): results[other]
                }
            var looks = true
            for line in stage.lines {
                var parts = [image, line.text]
                if let node = line.node {
                    for input in graph.nodes[node].step.inputs {
                        switch input {
                        case .content(let key, _): parts.append(key)
                        case .image(let id, let paths): parts += [id, paths]
                        case .stage(let other, let paths): parts += [graph.stages[other].key, paths]
                        }
                    }
                }
                let key = TraceID("buildah", parts)
                if looks, let found = known[key] {
                    image = found
                    if let node = line.node { outcome.received += graph.nodes[node].bytes }
                    continue
                }
                looks = false
                count += 1
                image = TraceID("image", [TraceID(count)])
                if let node = line.node { executed.append(node) }
                made.append((key, image, line.node))
                if known[key] == nil { known[key] = image }
            }
            results.append(image)
        }
    }
}
