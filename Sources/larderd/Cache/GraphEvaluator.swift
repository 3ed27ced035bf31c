import CacheAPI
import Chunking

/// Answers which steps of a graph need not be built: computes each step's key and looks for a record of it.
///
/// Pure but for what it asks its closures. A step below one that missed can still hit, since its key is known. The key of
/// a step that copies from another step's result is made of the content that it reads. That content is known from the
/// chain of the other step; where there is none, from an alias (``StepAlias``), but only for a step that nobody has to
/// build: what is built anew may have other content, and one image must not have parts of both. Each record and each
/// layer is asked about once. O(steps × scopes) records and O(layers of all chains).
struct GraphEvaluator {
    /// The record of a step key in a scope; `nil` when there is none.
    let record: (ScopeName, Digest) throws -> StepRecord?
    /// Whether the project has a layer.
    let hasLayer: (Digest) throws -> Bool
    /// The content key of paths in a chain's merged view; `nil` when a path or a layer of the chain is not there. The step
    /// whose record has the chain is given where there is one.
    let contentKey: ([String], [Digest], SourceStep?) throws -> Digest?
    /// What the result of a step held at paths; `nil` when it was never noted.
    var alias: (SourceStep, [String]) throws -> StepAlias? = { _, _ in nil }
    /// A record of the key in a scope outside the query whose writers are trusted.
    var promoted: (Digest) throws -> StepRecord? = { _ in nil }

    /// How often a graph is looked at again because aliases turned out not to hold, before none is used.
    private static let roundsMaximum = 4

    /// What is known of a step while those after it are looked at.
    private struct Known {
        var key: Digest?
        var chain: [Digest]?
        /// The scope that its record was found in.
        var scope: ScopeName?
        var isRenewed = false
    }

    private var known: [Known] = []
    private var renewed: Set<Int> = []
    private var layers: [Digest: Bool] = [:]
    private var records: [Digest: StepRecord?] = [:]
    /// The chain that all aliases of a step's result are of, by step.
    private var aliased: [Int: Digest] = [:]
    private var isDisabled: Set<Int> = []

    init(
        record: @escaping (ScopeName, Digest) throws -> StepRecord?, hasLayer: @escaping (Digest) throws -> Bool,
        contentKey: @escaping ([String], [Digest], SourceStep?) throws -> Digest?
    ) {
        self.record = record
        self.hasLayer = hasLayer
        self.contentKey = contentKey
    }

    /// The answer to `query`.
    /// - Throws: ``APIFailure`` `badRequest` when the query is not valid; what the closures throw.
    consuming func answer(_ query: GraphQuery) throws -> GraphAnswer {
        try query.validate()
        renewed = Set(query.renewed)
        var round = 0
        while true {
            let answers = try evaluate(query)
            if aliased.isEmpty { return GraphAnswer(steps: answers) }
            let demand = GraphDemand(query) { answers[$0].verdict == .hit && answers[$0].chain != nil }
            let broken = aliased.keys.filter { demand.isNeeded[$0] }
            if broken.isEmpty { return GraphAnswer(steps: answers) }
            round += 1
            isDisabled.formUnion(round < Self.roundsMaximum ? broken : Array(query.steps.indices))
        }
    }

    private mutating func evaluate(_ query: GraphQuery) throws -> [GraphAnswer.Step] {
        (known, aliased) = ([], [:])
        known.reserveCapacity(query.steps.count)
        var answers: [GraphAnswer.Step] = []
        answers.reserveCapacity(query.steps.count)
        for (index, step) in query.steps.enumerated() {
            var answer = try answer(step, at: index, query)
            let isRenewed = answer.isRenewed ?? false
            if !isRenewed { answer.isRenewed = nil }
            // What was built is there for steps that read from it, even when its key is not known.
            var known = Known(
                key: answer.key, chain: step.built ?? answer.chain, scope: answer.scope, isRenewed: isRenewed)
            if step.isLinked { lay(&answer, &known, step) }
            self.known.append(known)
            answers.append(answer)
        }
        return answers
    }

    /// Lays a linked step on what is below it.
    private func lay(_ answer: inout GraphAnswer.Step, _ known: inout Known, _ step: GraphQuery.Step) {
        if step.built == nil {
            answer.layers = answer.chain
            answer.chain = answer.layers.flatMap { layers in chain(of: step.parent).map { $0 + layers } }
        }
        known.chain = step.built ?? answer.chain
        known.key = answer.key.flatMap { own in key(of: step.parent).map { StepKey.laid(own, on: $0) } }
        // Its record knows nothing of the whole chain.
        known.scope = nil
        known.isRenewed = known.isRenewed || isRenewed(step.parent)
    }

    private mutating func answer(
        _ step: GraphQuery.Step, at index: Int, _ query: GraphQuery
    ) throws -> GraphAnswer.Step {
        let below = step.isLinked ? GraphQuery.Parent.base(chain: [], platform: "") : step.parent
        let isRenewed = renewed.contains(index) || isRenewed(below)
        var answer = GraphAnswer.Step(verdict: .unknown)
        answer.isRenewed = isRenewed
        answer.parentKey = key(of: below)
        guard let parent = answer.parentKey else { return answer }
        var inputs: [Digest] = []
        for input in step.inputs {
            guard let key = try key(of: input, query) else { return answer }
            inputs.append(key)
        }
        let key = StepKey.step(op: step.op, parent: parent, inputs: inputs)
        (answer.key, answer.verdict) = (key, .miss)
        if let built = step.built {
            (answer.verdict, answer.chain) = (.hit, built)
        } else if !isRenewed {
            if let record = try find(key, on: below, query) {
                (answer.verdict, answer.chain, answer.scope) = (.hit, record.chain, record.scope)
                (answer.seconds, answer.created) = (record.seconds, record.created)
                if query.wantsProofs == true { answer.proof = RecordProof(record) }
            } else {
                // Where age counts, what is not there is too old, and so is what stands on it.
                answer.isRenewed = query.oldest != nil
            }
        }
        return answer
    }

    // MARK: Records

    /// The record that counts for a key.
    private mutating func find(
        _ key: Digest, on parent: GraphQuery.Parent, _ query: GraphQuery
    ) throws -> StepRecord? {
        if let oldest = query.oldest {
            guard let below = chain(of: parent) else { return nil }
            return try search(key, query.scopes) { $0.created >= oldest && $0.chain.starts(with: below) }
        }
        if let found = records[key] { return found }
        let found = try search(key, query.scopes) { _ in true }
        records[key] = .some(found)
        return found
    }

    private mutating func search(
        _ key: Digest, _ scopes: [ScopeName], _ counts: (StepRecord) -> Bool
    ) throws -> StepRecord? {
        for scope in scopes {
            guard let record = try record(scope, key), counts(record), try isComplete(record.chain) else { continue }
            return record
        }
        guard let record = try promoted(key), counts(record), try isComplete(record.chain) else { return nil }
        return record
    }

    private mutating func isComplete(_ chain: [Digest]) throws -> Bool {
        for layer in chain {
            if let isThere = layers[layer] {
                guard isThere else { return false }
                continue
            }
            let isThere = try hasLayer(layer)
            layers[layer] = isThere
            guard isThere else { return false }
        }
        return true
    }

    // MARK: Keys

    private func key(of parent: GraphQuery.Parent) -> Digest? {
        switch parent {
        case .base(let chain, let platform): StepKey.base(chain: chain, platform: platform)
        case .step(let index): known[index].key
        }
    }

    private func isRenewed(_ parent: GraphQuery.Parent) -> Bool {
        if case .step(let index) = parent { known[index].isRenewed } else { false }
    }

    private func chain(of source: GraphQuery.Parent) -> [Digest]? {
        switch source {
        case .base(let chain, _): chain
        case .step(let index): known[index].chain
        }
    }

    private mutating func key(of input: GraphQuery.Input, _ query: GraphQuery) throws -> Digest? {
        switch input {
        case .content(let digest): return digest
        case .paths(let paths, .base(let chain, _)): return try contentKey(paths, chain, nil)
        case .paths(let paths, .step(let index)):
            let source = known[index]
            guard let chain = source.chain else { return try content(of: paths, from: index, query) }
            var step: SourceStep?
            if let key = source.key, let scope = source.scope { step = SourceStep(key: key, scope: scope) }
            return try contentKey(paths, chain, step)
        }
    }

    /// What `paths` held when the step at `index` was built before, by its aliases. All that is used of them is of one
    /// and the same chain.
    private mutating func content(of paths: [String], from index: Int, _ query: GraphQuery) throws -> Digest? {
        guard let key = known[index].key, !known[index].isRenewed, !isDisabled.contains(index), query.oldest == nil
        else { return nil }
        for scope in query.scopes {
            guard let alias = try alias(SourceStep(key: key, scope: scope), paths),
                aliased[index] == nil || aliased[index] == alias.chain
            else { continue }
            aliased[index] = alias.chain
            return alias.content
        }
        return nil
    }
}
