import CacheAPI

/// Which steps of a graph a build needs the results of: those that no other step stands on or reads, and what a step
/// that has to be built stands on and reads.
struct GraphDemand {
    /// For each step whether it is needed.
    private(set) var isNeeded: [Bool]

    /// - Parameter isThere: whether a step's result can be had without building it here; asked only for steps that are
    ///   needed, the last first.
    init(_ query: GraphQuery, isThere: (Int) -> Bool) {
        isNeeded = Array(repeating: true, count: query.steps.count)
        for step in query.steps { Self.forEachSource(of: step) { isNeeded[$0] = false } }
        for index in query.steps.indices.reversed() where isNeeded[index] && !isThere(index) {
            Self.forEachSource(of: query.steps[index]) { isNeeded[$0] = true }
        }
    }

    private static func forEachSource(of step: GraphQuery.Step, _ body: (Int) -> Void) {
        if case .step(let index) = step.parent { body(index) }
        for case .paths(_, of: .step(let index)) in step.inputs { body(index) }
    }
}
