internal import Dockerfile

/// Where the steps of a plan are in the list of reports, which leaves some of them out.
struct ReportPlaces {
    /// The steps that are reported, by their places in the graph, in order.
    let nodes: [Int]
    private let plan: BuildPlan
    private let graph: StepGraph
    private let places: [Int: Int]

    init(_ plan: BuildPlan, _ graph: StepGraph, _ nodes: [Int]) {
        self.plan = plan
        self.graph = graph
        self.nodes = nodes
        places = Dictionary(uniqueKeysWithValues: zip(nodes, nodes.indices))
    }

    /// What `node` stands on.
    func parent(of node: StepGraph.Node) -> StepReport.Source {
        last(of: node.id.stage, before: graph.stages[node.id.stage].lowerBound + node.id.position)
    }

    /// The results that `node` takes files from.
    func sources(of node: StepGraph.Node) -> [StepReport.Source] {
        var sources: [StepReport.Source] = []
        for source in node.step.operation.sources {
            switch source {
            case .context, .directory: continue
            case .image(let name, _): sources.append(.image(name))
            case .stage(let stage): sources.append(last(of: stage, before: graph.stages[stage].upperBound))
            }
        }
        var seen: Set<StepReport.Source> = []
        return sources.filter { seen.insert($0).inserted }
    }

    /// The last step of a stage before `end` that is reported, or what the stage begins with.
    private func last(of stage: Int, before end: Int) -> StepReport.Source {
        let first = graph.stages[stage].lowerBound
        for index in (first..<end).reversed() {
            if let place = places[index] { return .step(place) }
        }
        switch plan.stages[stage].base {
        case .scratch: return .scratch
        case .image(let name, _): return .image(name)
        case .stage(let other): return last(of: other, before: graph.stages[other].upperBound)
        }
    }
}
