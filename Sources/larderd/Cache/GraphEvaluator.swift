import CacheAPI
import Chunking

/// Answers which steps of a graph need not be built: computes each step's key and looks for a record of it.
///
/// Pure but for what it asks its closures. A step below one that missed can still hit, since its key is known. Each
/// layer is asked about once. O(steps × scopes) records and O(layers of all chains).
struct GraphEvaluator {
    /// The record of a step key in a scope; `nil` when there is none.
    let record: (ScopeName, Digest) throws -> StepRecord?
    /// Whether the project has a layer.
    let hasLayer: (Digest) throws -> Bool
    /// The content key of paths in a chain's merged view; `nil` when a path or a layer of the chain is not there.
    let contentKey: ([String], [Digest]) throws -> Digest?

    /// What is known of a step while those after it are looked at.
    private struct Known {
        var key: Digest?
        var chain: [Digest]?
    }

    private var known: [Known] = []
    private var layers: [Digest: Bool] = [:]

    init(
        record: @escaping (ScopeName, Digest) throws -> StepRecord?, hasLayer: @escaping (Digest) throws -> Bool,
        contentKey: @escaping ([String], [Digest]) throws -> Digest?
    ) {
        self.record = record
        self.hasLayer = hasLayer
        self.contentKey = contentKey
    }

    /// The answer to `query`.
    /// - Throws: ``APIFailure`` `badRequest` when the query is not valid; what the closures throw.
    consuming func answer(_ query: GraphQuery) throws -> GraphAnswer {
        try query.validate()
        known.reserveCapacity(query.steps.count)
        var answers: [GraphAnswer.Step] = []
        answers.reserveCapacity(query.steps.count)
        for step in query.steps {
            let answer = try answer(step, scopes: query.scopes)
            // What was built is there for steps that read from it, even when its key is not known.
            known.append(Known(key: answer.key, chain: step.built ?? answer.chain))
            answers.append(answer)
        }
        return GraphAnswer(steps: answers)
    }

    private mutating func answer(_ step: GraphQuery.Step, scopes: [ScopeName]) throws -> GraphAnswer.Step {
        guard let parent = key(of: step.parent) else { return GraphAnswer.Step(verdict: .unknown) }
        var inputs: [Digest] = []
        for input in step.inputs {
            guard let key = try key(of: input) else {
                return GraphAnswer.Step(verdict: .unknown, parentKey: parent)
            }
            inputs.append(key)
        }
        let key = StepKey.step(op: step.op, parent: parent, inputs: inputs)
        if let built = step.built {
            return GraphAnswer.Step(verdict: .hit, key: key, parentKey: parent, chain: built)
        }
        for scope in scopes {
            guard let record = try record(scope, key), try isComplete(record.chain) else { continue }
            return GraphAnswer.Step(
                verdict: .hit, key: key, parentKey: parent, chain: record.chain, seconds: record.seconds,
                created: record.created, scope: scope)
        }
        return GraphAnswer.Step(verdict: .miss, key: key, parentKey: parent)
    }

    private func key(of parent: GraphQuery.Parent) -> Digest? {
        switch parent {
        case .base(let chain, let platform): StepKey.base(chain: chain, platform: platform)
        case .step(let index): known[index].key
        }
    }

    private func key(of input: GraphQuery.Input) throws -> Digest? {
        switch input {
        case .content(let digest): return digest
        case .paths(let paths, let source):
            guard let chain = chain(of: source) else { return nil }
            return try contentKey(paths, chain)
        }
    }

    private func chain(of source: GraphQuery.Parent) -> [Digest]? {
        switch source {
        case .base(let chain, _): chain
        case .step(let index): known[index].chain
        }
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
}
