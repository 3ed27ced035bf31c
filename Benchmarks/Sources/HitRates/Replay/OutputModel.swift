/// Tells whether a step that is built anew, since something below it changed, gives what it gave before.
///
/// Nothing was executed when the trace was recorded, so it is a rate: of steps at the same place of the Dockerfile with
/// the same instruction, but other ground or input, so many have equal output. With the rate 0 no two do.
struct OutputModel: Sendable {
    /// From 0 to 1.
    let equalRate: Double
    private var outputs: [TraceID: TraceID] = [:]
    private var last: [Instruction: TraceID] = [:]

    private struct Instruction: Hashable {
        let place: ReplayGraph.Place
        let operation: TraceID
    }

    init(equalRate: Double) {
        self.equalRate = equalRate
    }

    /// Decides what a step's result holds, the first time that it is seen.
    mutating func note(_ node: ReplayGraph.Node, on parent: ReplayGraph.Node?) {
        guard outputs[node.key] == nil else { return }
        let instruction = Instruction(place: node.place, operation: node.step.operation)
        let draw = Double(TraceID("draw", [node.key]).value >> 11) * 0x1p-53
        let output = node.step.kind == .run && draw < equalRate ? last[instruction] ?? node.key : node.key
        outputs[node.key] = output
        last[instruction] = output
    }

    /// What the result with a key holds.
    func output(of key: TraceID) -> TraceID { outputs[key] ?? key }
}
