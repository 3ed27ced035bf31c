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
    /// server, too.
    /// - Parameters:
    ///   - built: the steps that were built here.
    /// - Returns: how many there were.
    func check(_ answer: inout GraphAnswer, of project: ProjectName, built: (Int) -> Bool) -> Int {
        var count = 0
        for index in answer.steps.indices where answer.steps[index].verdict == .hit && !built(index) {
            if isProved(answer.steps[index], of: project) { continue }
            count += 1
            var step = GraphAnswer.Step(
                verdict: .miss, key: answer.steps[index].key, parentKey: answer.steps[index].parentKey)
            step.isRenewed = true
            answer.steps[index] = step
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
