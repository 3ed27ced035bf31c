/// kaniko with `--cache=true --cache-copy-layers=true`: a tag for each RUN and COPY, whose key is the text of all instructions so far.
///
/// GoogleContainerTools/kaniko, pkg/executor/composite_cache.go and build.go: the base image's digest (of a stage: its last key), then
/// every instruction's text, configuration ones too, for a RUN the environment, and the contents of files that are copied.
/// The first miss of a stage ends the look-ups in it. All stages before the target are gone through.
struct KanikoCache: CachePolicy {
    private var shelf = LayerShelf<TraceID>()

    var storedBytes: UInt64 { shelf.storedBytes }

    mutating func run(_ jobs: [PolicyJob]) -> [JobOutcome] {
        let before = shelf
        return jobs.map { job in
            let graph = job.graph
            var outcome = JobOutcome()
            var (executed, keys): ([Int], [Int: TraceID]) = ([], [:])
            var results: [TraceID] = []
            for stage in graph.stages {
                var key: TraceID =
                    switch stage.base {
                    case .scratch: TraceID(hashing: "scratch")
                    case .image(let id): id
                    case .stage(let other): results[other]
                    }
                var looks = true
                for line in stage.lines {
                    key = TraceID("kaniko", [key] + Self.parts(of: line, in: graph))
                    guard let node = line.node else { continue }
                    keys[node] = key
                    if looks, before.contains(key) {
                        outcome.received += graph.nodes[node].bytes
                    } else {
                        looks = false
                        executed.append(node)
                    }
                }
                results.append(key)
            }
            (outcome.executed, outcome.fails) = job.reached(of: executed)
            outcome.unreached = Set(executed.dropFirst(outcome.executed.count))
            if !job.job.isFork {
                for node in outcome.finished {
                    guard let key = keys[node], !shelf.contains(key) else { continue }
                    outcome.sent += shelf.put(key, bytes: graph.nodes[node].bytes)
                }
            }
            return outcome
        }
    }

    private static func parts(of line: ReplayGraph.Line, in graph: ReplayGraph) -> [TraceID] {
        guard let node = line.node else { return [line.text] }
        var parts = [line.text]
        for input in graph.nodes[node].step.inputs {
            switch input {
            case .content(let key, _): parts.append(key)
            case .image(let id, let paths): parts += [id, paths]
            case .stage(let other, let paths): parts += [graph.stages[other].key, paths]
            }
        }
        if let environment = graph.nodes[node].step.parts["environment"] { parts.append(environment) }
        return parts
    }
}
