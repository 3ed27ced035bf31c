import CacheAPI
import ChunkStore
import Chunking

/// A step whose result others copy from, as it is recorded in one scope.
struct SourceStep: Hashable, Sendable {
    let key: Digest
    let scope: ScopeName
}

/// What the result of a step held at paths that another step copies: from the definition, which is the step's key and
/// the paths, to the content key.
///
/// An alias is written from the layers themselves. It stays when they are evicted, and goes when the step is recorded
/// anew. Its form, after a version (one byte, 1): the content key, and the identity of the chain it was read from.
struct StepAlias: Hashable, Sendable {
    private static let formatVersion: UInt8 = 1

    /// The content key of the paths.
    let content: Digest
    /// Which chain it was read from (``StepAlias/identity(of:)``).
    let chain: Digest

    init(content: Digest, chain: [Digest]) {
        self.content = content
        self.chain = Self.identity(of: chain)
    }

    /// Reads what ``encoded`` made; `nil` for anything else.
    init?(decoding bytes: [UInt8]) {
        guard bytes.count == 1 + 2 * Digest.byteCount, bytes[0] == Self.formatVersion,
            let content = unsafe Digest(rawBytes: bytes.span.bytes, at: 1),
            let chain = unsafe Digest(rawBytes: bytes.span.bytes, at: 1 + Digest.byteCount)
        else { return nil }
        (self.content, self.chain) = (content, chain)
    }

    /// The alias as it is kept.
    var encoded: [UInt8] { [Self.formatVersion] + content.rawBytes + chain.rawBytes }

    /// A digest that tells chains apart.
    static func identity(of chain: [Digest]) -> Digest {
        var hasher = KeyHasher(domain: "larder.chain.v1")
        hasher.add(chain)
        return hasher.finalize()
    }
}

extension Store {
    /// What the result of `source` held at `paths`; `nil` when that was never noted, or cannot be read.
    func alias(of source: SourceStep, paths: [String], project: ProjectID) throws -> StepAlias? {
        let key = Self.aliasKey(source, paths)
        guard let bytes = try record(in: .alias, key: key, project: project), let alias = StepAlias(decoding: bytes)
        else { return nil }
        try touch(.alias, key: key, project: project)
        return alias
    }

    /// Notes what the result of `source` holds at `paths`, unless the step was recorded with another chain meanwhile.
    func putAlias(_ alias: StepAlias, of source: SourceStep, paths: [String], project: ProjectID) throws {
        let key = Self.aliasKey(source, paths)
        if try record(in: .alias, key: key, project: project) == alias.encoded { return }
        _ = try put(alias.encoded, in: .alias, key: key, project: project)
        guard let step = try step(source.key, scope: source.scope, project: project),
            StepAlias.identity(of: step.chain) != alias.chain
        else { return }
        _ = try delete(in: .alias, key: key, project: project)
    }

    /// Forgets what was noted of earlier results of `source`, which has been recorded with `chain`.
    func forgetAliases(of source: SourceStep, but chain: [Digest], project: ProjectID) throws {
        let prefix = Self.stepPrefix(source)
        let identity = StepAlias.identity(of: chain)
        for key in try keys(in: .alias, prefix: prefix, limit: .max, project: project) {
            let alias = try record(in: .alias, key: key, project: project).flatMap { StepAlias(decoding: $0) }
            if alias?.chain != identity { _ = try delete(in: .alias, key: key, project: project) }
        }
    }

    private static func aliasKey(_ source: SourceStep, _ paths: [String]) -> [UInt8] {
        var hasher = KeyHasher(domain: "larder.paths.v1")
        hasher.add(paths)
        return stepPrefix(source) + hasher.finalize().rawBytes
    }

    private static func stepPrefix(_ source: SourceStep) -> [UInt8] {
        recordKey(source.key, source.scope)
    }
}
