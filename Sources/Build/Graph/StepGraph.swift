internal import CacheAPI
internal import Chunking
internal import Dockerfile

/// The steps of all stages of a plan in one list, each after those it depends on.
struct StepGraph: Sendable {
    /// Something that a stage begins with or copies from, and that is no stage: an image's layers, or none.
    struct Base: Hashable, Sendable {
        /// The layers from the bottom.
        var chain: [Digest]
        /// `os/arch[/variant]`.
        var platform: String
    }

    /// What is known before the graph can be made.
    struct Inputs: Sendable {
        /// What each stage that does not begin with another stage begins with, by stage.
        var bases: [Int: Base]
        /// The images that are copied from.
        var images: [Dockerfile.ImageRequest: Base]
        /// The content key of what is read from the context.
        var contents: [InputID: Digest]
        /// What the command line says of containers.
        var container: SandboxSettings
        /// What enters keys.
        var keyRules = KeyRules()
    }

    /// One step.
    struct Node: Sendable {
        let id: StepID
        let step: PlannedStep
        let operation: OperationKey
        let parent: GraphQuery.Parent
        /// What it reads besides its parent, in order.
        let inputs: [Input]

        /// Whether it is the same on every base (`--link`).
        var isLinked: Bool {
            if case .copy(let copy) = step.operation { return copy.isLinked }
            return false
        }
    }

    /// What a step reads besides its parent.
    enum Input: Sendable {
        case content(Digest)
        case paths([String], of: Source)
    }

    /// What `from` names.
    enum Source: Sendable {
        case stage(Int)
        case image(Base)
    }

    /// The steps.
    let nodes: [Node]
    /// For each stage the places of its steps in ``nodes``.
    let stages: [Range<Int>]
    /// For each stage what stands for its result: its last step, or what it begins with.
    private let results: [GraphQuery.Parent]

    /// Lays out the steps of `plan`.
    init(_ plan: BuildPlan, _ inputs: Inputs) {
        var nodes: [Node] = []
        var stages: [Range<Int>] = []
        var results: [GraphQuery.Parent] = []
        var platforms: [String] = []
        for (number, stage) in plan.stages.enumerated() {
            let first = nodes.count
            var parent = Self.base(of: stage, number, inputs, results)
            var platform = inputs.bases[number]?.platform ?? ""
            if case .stage(let other) = stage.base { platform = platforms[other] }
            platforms.append(platform)
            for (position, step) in stage.steps.enumerated() {
                let id = StepID(stage: number, position: position)
                nodes.append(
                    Node(
                        id: id, step: step,
                        operation: StepOperation.key(
                            of: inputs.keyRules.instruction(step.operation), in: inputs.container, on: platform),
                        parent: parent, inputs: Self.inputs(of: step, id, inputs)))
                parent = .step(nodes.count - 1)
            }
            stages.append(first..<nodes.count)
            results.append(parent)
        }
        self.nodes = nodes
        self.stages = stages
        self.results = results
    }

    private static func base(
        of stage: PlannedStage, _ number: Int, _ inputs: Inputs, _ results: [GraphQuery.Parent]
    ) -> GraphQuery.Parent {
        if case .stage(let other) = stage.base { return results[other] }
        let base = inputs.bases[number] ?? Base(chain: [], platform: "")
        // Files that are copied onto nothing are the same for each platform.
        if base.chain.isEmpty { return .base(chain: [], platform: "") }
        return .base(chain: base.chain, platform: base.platform)
    }

    private static func inputs(of step: PlannedStep, _ id: StepID, _ inputs: Inputs) -> [Input] {
        let reads: [(source: CopyOperation.Source, paths: [String])] =
            switch step.operation {
            case .copy(let copy): [(copy.source, CopyPaths.keyed(copy.paths))]
            case .run(let run): run.mounts.compactMap { $0.source.map { ($0.root, ["/\($0.path)/."]) } }
            case .workdir: []
            }
        return reads.enumerated().compactMap { position, read in
            switch read.source {
            case .context, .directory:
                if case .run = step.operation, !inputs.keyRules.keysMounts { return .content(Digest(hashing: [])) }
                return inputs.contents[InputID(step: id, position: position)].map { .content($0) }
            case .stage(let stage): return .paths(read.paths, of: .stage(stage))
            case .image(let name, let platform):
                let image = Dockerfile.ImageRequest(name: name, platform: platform)
                return .paths(read.paths, of: .image(inputs.images[image] ?? Base(chain: [], platform: "")))
            }
        }
    }

    /// The question to the server.
    /// - Parameters:
    ///   - built: the chains of steps that were built and whose layers are committed.
    ///   - contents: content keys that were computed here, of what steps read that was built here.
    func query(
        _ terms: LookupTerms, built: [Int: [Digest]] = [:], contents: [InputID: Digest] = [:]
    ) -> GraphQuery {
        let steps = nodes.indices.map { index in
            let node = nodes[index]
            let inputs = node.inputs.enumerated().map { position, input -> GraphQuery.Input in
                switch input {
                case .content(let digest): return .content(digest)
                case .paths(let paths, let source):
                    let content = contents[InputID(step: node.id, position: position)]
                    return content.map { .content($0) } ?? .paths(paths, of: parent(of: source))
                }
            }
            return GraphQuery.Step(
                op: node.operation.digest, parent: node.parent, inputs: inputs, isLinked: node.isLinked,
                built: built[index])
        }
        return GraphQuery(scopes: terms.scopes, steps: steps, renewed: terms.renewed, oldest: terms.oldest)
    }

    /// The paths that steps read of the result of the stage that the step at `index` ends, one list for each; none
    /// when it ends no stage.
    func read(of index: Int) -> [[String]] {
        var lists: [[String]] = []
        // The record of a linked step knows nothing of the whole result.
        if nodes[index].isLinked { return [] }
        for input in nodes.flatMap(\.inputs) {
            guard case .paths(let paths, .stage(let stage)) = input, results[stage] == .step(index),
                !lists.contains(paths)
            else { continue }
            lists.append(paths)
        }
        return lists
    }

    private func parent(of source: Source) -> GraphQuery.Parent {
        switch source {
        case .stage(let stage): results[stage]
        case .image(let base): .base(chain: base.chain, platform: base.platform)
        }
    }
}
