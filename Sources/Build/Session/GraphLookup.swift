internal import CacheAPI
internal import Chunking
internal import Synchronization

/// What the server knows of the steps. It is asked once before anything is built, and again when a stage that others
/// copy from was built.
final class GraphLookup: Sendable {
    private struct State {
        var answers: [GraphAnswer.Step]
        var built: [Int: [Digest]] = [:]
        var contents: [Int: Digest] = [:]
        var ignoresHits: Bool
    }

    private let graph: StepGraph
    private let link: ServerLink
    private let scope: ScopeName
    private let state: Mutex<State>
    private let turn = TaskLimit(1)

    /// Knows nothing yet.
    /// - Parameter ignoresCache: whether keys are asked for and hits are not used.
    init(_ graph: StepGraph, _ link: ServerLink, scope: ScopeName, ignoresCache: Bool) {
        self.graph = graph
        self.link = link
        self.scope = scope
        state = Mutex(
            State(answers: graph.nodes.map { _ in GraphAnswer.Step(verdict: .unknown) }, ignoresHits: ignoresCache))
    }

    /// Asks the server; a server that fails knows nothing.
    func ask() async {
        if graph.nodes.isEmpty { return }
        await turn.run {
            let (built, contents) = state.withLock { ($0.built, $0.contents) }
            let query = graph.query(scopes: [scope], built: built, contents: contents)
            let answer: GraphAnswer?
            do throws(BuildError) {
                answer = try await link.ask { server throws(BuildError) in try await server.look(up: query) }
            } catch {
                if !Task.isCancelled { link.lose(error) }
                return
            }
            if let answer { state.withLock { $0.answers = answer.steps } }
        }
    }

    /// The answer for a step.
    subscript(node: Int) -> GraphAnswer.Step {
        state.withLock { $0.answers[node] }
    }

    /// The chain of a step that is a hit; `nil` for others, and for all when the cache is not to be used.
    func hit(_ node: Int) -> [Digest]? {
        state.withLock { state in
            let answer = state.answers[node]
            return !state.ignoresHits && answer.verdict == .hit ? answer.chain : nil
        }
    }

    /// From now on no step is a hit.
    /// - Returns: whether some could be before.
    func ignoreHits() -> Bool {
        state.withLock { state in
            defer { state.ignoresHits = true }
            return !state.ignoresHits
        }
    }

    /// The last step in `nodes` that is a hit, with its chain.
    func deepestHit(in nodes: Range<Int>) -> (node: Int, chain: [Digest])? {
        for node in nodes.reversed() {
            if let chain = hit(node) { return (node, chain) }
        }
        return nil
    }

    /// Says what a step reads, computed here.
    func add(content: Digest, of node: Int) {
        state.withLock { $0.contents[node] = content }
    }

    /// Says what chain a step has that was built here and whose layers the server has.
    func add(built chain: [Digest], of node: Int) {
        state.withLock { $0.built[node] = chain }
    }
}
