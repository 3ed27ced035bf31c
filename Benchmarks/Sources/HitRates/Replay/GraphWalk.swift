/// Decides which steps of a build are executed: from the result backwards, what no cache has.
///
/// A step's key can be told when those below it can, and when of each stage that it reads it is known what that holds: from the
/// cache, or since it was just built.
struct GraphWalk {
    let graph: ReplayGraph
    /// Whether the layers of a step are to be had, by its place in the graph.
    let isCached: (Int) -> Bool
    /// Whether it is known what the result of a step holds, without having it.
    let isKnown: (Int) -> Bool
    /// Steps that are executed, in order.
    private(set) var executed: [Int] = []
    /// Steps whose layers come from the cache: those that the result needs, or that executed ones stand on.
    private(set) var restored: [Int] = []
    private var done: Set<Int> = []
    private var hits: Set<Int> = []

    init(_ graph: ReplayGraph, isCached: @escaping (Int) -> Bool, isKnown: @escaping (Int) -> Bool) {
        self.graph = graph
        self.isCached = isCached
        self.isKnown = isKnown
    }

    /// Walks.
    mutating func run() {
        if let result = graph.result { visit(result) }
    }

    private mutating func visit(_ node: Int) {
        if done.contains(node) || hits.contains(node) { return }
        if canTell(node), isCached(node) { return hit(node) }
        for stage in graph.sources(of: node) {
            if let source = graph.stages[stage].result { visit(source) }
        }
        // What the stages hold is known now, and that may be what the cache has.
        if canTell(node), isCached(node) { return hit(node) }
        if let parent = graph.nodes[node].parent { visit(parent) }
        executed.append(node)
        done.insert(node)
    }

    /// A hit brings its whole chain.
    private mutating func hit(_ node: Int) {
        var next: Int? = node
        while let node = next, !hits.contains(node), !done.contains(node) {
            hits.insert(node)
            restored.append(node)
            next = graph.nodes[node].step.isLinked == true ? nil : graph.nodes[node].parent
        }
        if graph.nodes[node].step.isLinked == true, let parent = graph.nodes[node].parent { visit(parent) }
    }

    private func canTell(_ node: Int) -> Bool {
        let isLinked = graph.nodes[node].step.isLinked ?? false
        if !isLinked, let parent = graph.nodes[node].parent, !canTell(parent) { return false }
        return graph.sources(of: node).allSatisfy { stage in
            guard let source = graph.stages[stage].result else { return true }
            return done.contains(source) || hits.contains(source) || (canTell(source) && isKnown(source))
        }
    }
}
