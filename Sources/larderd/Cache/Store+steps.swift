import CacheAPI
import ChunkStore
import Chunking

extension Store {
    /// The record of the step `key` in `scope`, without its components; `nil` when there is none, or none that can
    /// be read: a record that does not decode is a miss, and the next build writes it anew.
    func step(_ key: Digest, scope: ScopeName, project: ProjectID) throws -> StepRecord? {
        guard
            let bytes = try record(in: .step, key: Self.recordKey(key, scope), project: project),
            let record = try? StepRecord(decoding: bytes, withComponents: false), record.key == key
        else { return nil }
        try touch(.step, key: Self.recordKey(key, scope), project: project)
        return record
    }

    /// The same with its components; it does not count as used.
    func wholeStep(_ key: Digest, scope: ScopeName, project: ProjectID) throws -> StepRecord? {
        let bytes = try record(in: .step, key: Self.recordKey(key, scope), project: project)
        guard let record = bytes.flatMap({ try? StepRecord(decoding: $0) }), record.key == key else { return nil }
        return record
    }

    /// Takes the record of a step over into another scope, where an earlier one stays. It says the same, and that its
    /// writer made it.
    /// - Parameter seal: puts the server's signature on it; what its writer signed is about the other scope.
    func promote(
        _ key: Digest, from: ScopeName, into: ScopeName, project: ProjectID, seal: (inout StepRecord) -> Void = { _ in }
    ) throws {
        guard var step = try wholeStep(key, scope: from, project: project) else { return }
        step.scope = into
        step.signature = nil
        seal(&step)
        _ = try putStep(step, project: project)
    }

    /// Notes what the result of a step that was just recorded holds at the paths that others copy, and forgets what was
    /// noted of an earlier result.
    func noteAliases(of step: StepRecord, _ views: ChainViews, project: ProjectID) throws {
        let source = SourceStep(key: step.key, scope: step.scope)
        try forgetAliases(of: source, but: step.chain, project: project)
        for paths in step.read {
            guard
                let content = try views.contentKey(
                    of: paths, in: step.chain, source: nil, project: project, store: self)
            else { continue }
            let alias = StepAlias(content: content.key, chain: step.chain)
            try putAlias(alias, of: source, paths: paths, project: project)
        }
    }

    /// Keeps `step`, durable when this returns. An earlier record stays, unless it is incomplete or `step` replaces it.
    /// - Returns: whether it was written.
    /// - Throws: ``APIFailure`` `tooLarge`; `StoreError` `missingContent` when a layer of its chain is not there.
    func putStep(_ step: StepRecord, project: ProjectID) throws -> Bool {
        let value = step.encoded()
        guard value.count <= Limits.recordBytes else {
            throw APIFailure(
                .tooLarge, "The step record has \(value.count) bytes; at most \(Limits.recordBytes) are kept.")
        }
        let key = Self.recordKey(step.key, step.scope)
        let replaces = try step.replaces || isUseless(at: key, project: project)
        return try put(
            value, in: .step, key: key, project: project, policy: replaces ? .replace : .keepFirst,
            references: step.chain.map(Reference.blob))
    }

    /// Whether there is a record that can never be a hit: unreadable, or with a layer that is not there.
    private func isUseless(at key: [UInt8], project: ProjectID) throws -> Bool {
        guard let bytes = try record(in: .step, key: key, project: project) else { return false }
        guard let record = try? StepRecord(decoding: bytes, withComponents: false) else { return true }
        return try !record.chain.allSatisfy { try hasLayer($0, project: project) }
    }

    /// Whether the project has the layer.
    func hasLayer(_ layer: Digest, project: ProjectID) throws -> Bool {
        try blob(layer, in: project)?.isLayer ?? false
    }

    /// The key of the record of a step in a scope. A scope's name has no control characters, so the zero ends it.
    static func recordKey(_ key: Digest, _ scope: ScopeName) -> [UInt8] {
        Array(scope.description.utf8) + [0] + key.rawBytes
    }
}
