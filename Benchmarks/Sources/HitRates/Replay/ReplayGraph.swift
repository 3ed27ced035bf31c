/// A build of a trace, laid out for a replay.
struct ReplayGraph: Sendable {
    /// A step.
    struct Node: Sendable {
        let step: TraceStep
        /// The stage, and the instruction's position in it.
        let stage: Int
        let ordinal: Int
        /// Of the instruction.
        let text: TraceID
        /// The step below; `nil` for what the stage begins with.
        let parent: Int?
        /// Where there is no step below: what stands for what is.
        let base: TraceID
        /// The layer's length. Bytes.
        let bytes: UInt64
        let seconds: Double
        /// The contents of files from the context that its layer is made of, by a place among the sets of the trace.
        let sets: [Int]
        /// Its name, the same for all things a trace may know under other numbers.
        let place: Place
        /// What it is, including what it reads: the same for equal steps on equal ground with equal inputs.
        let key: TraceID
        /// The same by definitions only: a stage that is read counts by what it is made of, not by what it holds.
        let definition: TraceID
    }

    /// Where a step is in its Dockerfile, though what it does changes.
    struct Place: Hashable, Sendable {
        let stage: Int
        let kind: TraceStep.Kind
        /// How many of its kind stand before it in its stage.
        let number: Int
    }

    /// An instruction of a stage.
    struct Line: Sendable {
        let text: TraceID
        let node: Int?
    }

    /// A stage.
    struct Stage: Sendable {
        let base: TraceBuild.Base
        let lines: [Line]
        /// Its last step, or that of the stage that it begins with; `nil` if there is none.
        let result: Int?
        /// What stands for its result in keys.
        let key: TraceID
    }

    private(set) var nodes: [Node] = []
    private(set) var stages: [Stage] = []
    let target: Int
    let commit: String

    /// The last step of what is built.
    var result: Int? { stages.indices.contains(target) ? stages[target].result : nil }

    /// Lays out a build.
    /// - Parameter outputs: tells what a stage's result holds; the same for equal contents.
    init(
        _ build: TraceBuild, of trace: Trace, _ contents: FileContents, _ costs: CostModel, _ outputs: inout OutputModel
    ) {
        target = build.target
        commit = build.commit
        for number in build.stages.indices { add(number, build, trace, contents, costs, &outputs) }
    }

    private mutating func add(
        _ number: Int, _ build: TraceBuild, _ trace: Trace, _ contents: FileContents, _ costs: CostModel,
        _ outputs: inout OutputModel
    ) {
        let stage = build.stages[number]
        var (parent, base): (Int?, TraceID) =
            switch stage.base {
            case .scratch: (nil, TraceID(hashing: "scratch"))
            case .image(let id): (nil, id)
            case .stage(let other): (stages[other].result, stages[other].key)
            }
        var counts: [TraceStep.Kind: Int] = [:]
        var lines: [Line] = []
        for (ordinal, place) in stage.lines.enumerated() {
            let line = trace.lines[place]
            guard let step = line.step.map({ trace.steps[$0] }) else {
                lines.append(Line(text: line.text, node: nil))
                continue
            }
            let spot = Place(stage: number, kind: step.kind, number: counts[step.kind, default: 0])
            counts[step.kind, default: 0] += 1
            let node = node(step, ordinal, line.text, spot, parent, base, contents, costs)
            outputs.note(node, on: parent.map { nodes[$0] })
            nodes.append(node)
            parent = nodes.count - 1
            base = node.key
            lines.append(Line(text: line.text, node: parent))
        }
        stages.append(Stage(base: stage.base, lines: lines, result: parent, key: outputs.output(of: base)))
    }

    private func node(
        _ step: TraceStep, _ ordinal: Int, _ text: TraceID, _ place: Place, _ parent: Int?, _ base: TraceID,
        _ contents: FileContents, _ costs: CostModel
    ) -> Node {
        let isLinked = step.isLinked ?? false
        let below = isLinked ? TraceID(hashing: "linked") : parent.map { nodes[$0].key } ?? base
        let definitionBelow = isLinked ? below : parent.map { nodes[$0].definition } ?? base
        var (inputs, definitions, sets): ([TraceID], [TraceID], [Int]) = ([], [], [])
        for input in step.inputs {
            switch input {
            case .content(let key, let set):
                inputs.append(key)
                definitions.append(key)
                sets.append(set)
            case .image(let image, let paths):
                inputs.append(TraceID("read", [image, paths]))
                definitions.append(inputs[inputs.count - 1])
            case .stage(let stage, let paths):
                inputs.append(TraceID("read", [stages[stage].key, paths]))
                let source = stages[stage].result.map { nodes[$0].definition } ?? stages[stage].key
                definitions.append(TraceID("read", [source, paths]))
            }
        }
        let bytes = costs.bytes(of: step, contextBytes: sets.reduce(0) { $0 + contents.bytes(of: $1) })
        return Node(
            step: step, stage: place.stage, ordinal: ordinal, text: text, parent: parent, base: base, bytes: bytes,
            seconds: costs.seconds(of: step, bytes: bytes), sets: sets, place: place,
            key: TraceID("step", [step.operation, below] + inputs),
            definition: TraceID("step", [step.operation, definitionBelow] + definitions))
    }

    /// The stages that a step reads from.
    func sources(of node: Int) -> [Int] {
        nodes[node].step.inputs.compactMap { if case .stage(let stage, _) = $0 { stage } else { nil } }
    }
}
