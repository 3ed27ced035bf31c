internal import CacheAPI
public import Chunking

/// Which keys a build believes: a record that none of them stands for is no hit.
public struct RecordVerification: Sendable {
    /// The keys of writers and servers.
    public var keys: Set<VerifyingKey>

    /// Believes `keys`.
    public init(keys: Set<VerifyingKey>) {
        self.keys = keys
    }

    /// Makes misses of the hits that nobody who is believed stands for. What is built in their place takes their place on the
    /// server, too. A linked step's record is about its own layers only, so the chain below them is taken from the steps that
    /// it stands on, as they are believed.
    /// - Returns: how many there were.
    func check(_ answer: inout GraphAnswer, to query: GraphQuery, of project: ProjectName) -> Int {
        var count = 0
        for (index, step) in query.steps.enumerated() where answer.steps.indices.contains(index) {
            guard answer.steps[index].verdict == .hit, step.built == nil else { continue }
            if isProved(answer.steps[index], of: project) {
                guard step.isLinked else { continue }
                let below: [Digest]? =
                    switch step.parent {
                    case .base(let chain, _): chain
                    case .step(let parent): answer.steps[parent].chain
                    }
                answer.steps[index].chain = below.flatMap { chain in answer.steps[index].layers.map { chain + $0 } }
                continue
            }
            count += 1
            var miss = GraphAnswer.Step(
                verdict: .miss, key: answer.steps[index].key, parentKey: answer.steps[index].parentKey)
            miss.isRenewed = true
            answer.steps[index] = miss
        }
        return count
    }

    private func isProved(_ step: GraphAnswer.Step, of project: ProjectName) -> Bool {
        guard let proof = step.proof, let key = step.key, let parent = step.parentKey, let scope = step.scope,
            let created = step.created, let chain = step.layers ?? step.chain
        else { return false }
        var statement = RecordStatement(
            project: project, key: key, parent: parent, chain: chain, scope: scope, writer: proof.writer,
            created: created)
        if let signature = proof.signature, keys.contains(signature.key), signature.holds(for: statement) {
            return true
        }
        guard let seal = proof.seal, keys.contains(seal.key) else { return false }
        statement.author = proof.author
        return seal.holds(for: statement)
    }
}
