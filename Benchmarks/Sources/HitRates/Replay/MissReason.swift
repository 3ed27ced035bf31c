/// Why a step was executed.
public enum MissReason: Hashable, Sendable, CustomStringConvertible {
    /// Its place in the Dockerfile had no step before.
    case new
    /// The very same step was made before; the cache does not have it, or not for this job.
    case lost
    /// What its stage begins with changed.
    case base
    /// The step below it is another one.
    case below
    /// A part of the instruction changed: `arguments`, `environment`, `destination` …
    case instruction(String)
    /// Files of the context changed.
    case files
    /// What it reads from another stage or an image changed.
    case source

    /// As it is counted in reports.
    public var description: String {
        switch self {
        case .new: "new step"
        case .lost: "made before, not in the cache"
        case .base: "base image"
        case .below: "step below changed"
        case .instruction(let part): "instruction: \(part)"
        case .files: "files of the context"
        case .source: "stage or image that it reads"
        }
    }
}

/// Finds reasons by what was built before.
struct MissReasons: Sendable {
    private var made: Set<TraceID> = []
    private var last: [ReplayGraph.Place: (node: ReplayGraph.Node, below: TraceID)] = [:]

    /// Why a step of a build was executed.
    func reason(_ number: Int, in graph: ReplayGraph) -> MissReason {
        let node = graph.nodes[number]
        if made.contains(node.key) { return .lost }
        guard let (earlier, below) = last[node.place] else { return .new }
        if earlier.step.operation != node.step.operation {
            let names = Set(earlier.step.parts.keys).union(node.step.parts.keys).sorted()
            let part = names.first { earlier.step.parts[$0] != node.step.parts[$0] }
            return .instruction(part ?? "kind")
        }
        let pairs = zip(earlier.step.inputs, node.step.inputs)
        for (old, new) in pairs {
            if case .content(let old, _) = old, case .content(let new, _) = new, old != new { return .files }
        }
        if below != Self.below(node, in: graph) { return node.parent == nil ? .base : .below }
        return .source
    }

    /// Notes the steps of a build that was done.
    mutating func note(_ graph: ReplayGraph, made: some Sequence<Int>) {
        for number in made { self.made.insert(graph.nodes[number].key) }
        for node in graph.nodes { last[node.place] = (node, Self.below(node, in: graph)) }
    }

    private static func below(_ node: ReplayGraph.Node, in graph: ReplayGraph) -> TraceID {
        node.parent.map { graph.nodes[$0].key } ?? node.base
    }
}
