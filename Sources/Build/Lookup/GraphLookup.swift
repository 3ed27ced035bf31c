internal import CacheAPI
internal import Chunking
internal import Synchronization

/// What the server knows of the steps. It is asked once before anything is built, again when a stage that others copy
/// from was built, and again when another build is done with a step.
final class GraphLookup: Sendable {
    private struct State {
        var answers: [GraphAnswer.Step]
        var built: [Int: [Digest]] = [:]
        var contents: [InputID: Digest] = [:]
        var ignoresHits = false
        var askCount = 0
    }

    let terms: LookupTerms
    private let graph: StepGraph
    private let link: ServerLink
    private let claims: BuildClaims?
    private let state: Mutex<State>
    private let turn = TaskLimit(1)

    /// Knows nothing yet.
    /// - Parameter claims: claims what has to be built; `nil` to only look.
    init(_ graph: StepGraph, _ link: ServerLink, _ terms: LookupTerms, claims: BuildClaims?) {
        self.graph = graph
        self.link = link
        self.terms = terms
        self.claims = claims
        state = Mutex(State(answers: graph.nodes.map { _ in GraphAnswer.Step(verdict: .unknown) }))
    }

    /// How often the server was asked.
    var askCount: Int { state.withLock { $0.askCount } }

    /// Asks the server; a server that fails knows nothing.
    func ask() async {
        if graph.nodes.isEmpty { return }
        await turn.run {
            let (built, contents) = state.withLock { state in
                state.askCount += 1
                return (state.built, state.contents)
            }
            var query = graph.query(terms, built: built, contents: contents)
            query.claim = claims?.claim
            if terms.wantsProofs { query.wantsProofs = true }
            let answer: GraphAnswer?
            do throws(BuildError) {
                answer = try await link.ask { server throws(BuildError) in try await server.look(up: query) }
            } catch {
                if !Task.isCancelled { link.lose(error) }
                return
            }
            guard var answer else { return }
            if let count = terms.verification?.check(&answer, to: query, of: terms.project), count > 0 {
                link.warn(
                    "\(count) \(count == 1 ? "record is" : "records are") signed by no key of --verify-key; "
                        + "\(count == 1 ? "its step is" : "their steps are") built again.")
            }
            state.withLock { $0.answers = answer.steps }
            claims?.keep(steps: answer.steps.contains { $0.verdict == .miss })
        }
    }

    /// The answer for a step.
    subscript(node: Int) -> GraphAnswer.Step {
        state.withLock { $0.answers[node] }
    }

    /// The places of the steps that are a miss.
    var misses: [Int] {
        state.withLock { state in state.answers.indices.filter { state.answers[$0].verdict == .miss } }
    }

    /// The chain of a step that is a hit; `nil` for others, and for all when no hit is believed.
    func hit(_ node: Int) -> [Digest]? {
        state.withLock { state in
            let answer = state.answers[node]
            return !state.ignoresHits && answer.verdict == .hit ? answer.chain : nil
        }
    }

    /// The own layers of a linked step that is a hit; `nil` for others.
    func layers(_ node: Int) -> [Digest]? {
        state.withLock { state in
            let answer = state.answers[node]
            return !state.ignoresHits && answer.verdict == .hit ? answer.layers : nil
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

    /// The last step in `nodes` that another build makes now, when that is to be waited for.
    func deepestClaimed(in nodes: Range<Int>) -> (node: Int, key: Digest, builder: String)? {
        guard let claims, claims.waits else { return nil }
        return state.withLock { state in
            if state.ignoresHits { return nil }
            for node in nodes.reversed() where state.answers[node].verdict == .building {
                guard let key = state.answers[node].key else { continue }
                return (node, key, state.answers[node].builder ?? "")
            }
            return nil
        }
    }

    /// Whether something other than to build the first of `nodes` is to be done: a hit among them, or a wait.
    func isAnswered(_ nodes: Range<Int>) -> Bool {
        layers(nodes.lowerBound) != nil || deepestHit(in: nodes) != nil || deepestClaimed(in: nodes) != nil
    }

    /// Says what a step reads, computed here.
    func add(content: Digest, of input: InputID) {
        state.withLock { $0.contents[input] = content }
    }

    /// Says what chain a step has that was built here and whose layers the server has.
    func add(built chain: [Digest], of node: Int) {
        state.withLock { $0.built[node] = chain }
    }
}
