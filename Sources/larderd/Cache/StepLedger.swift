import CacheAPI
import ChunkStore
import Chunking

/// What is noted beside the records of steps so that they are found another way than by their key: in the place of a
/// later miss, and by scopes that trust each other. All calls block. Only of use, never needed: two notes at the same time
/// may lose one of them, which costs an explanation or a hit.
struct StepLedger {
    /// How many scopes that have a key are remembered.
    private static let scopesMaximum = 16

    let store: Store
    let project: ProjectID

    // MARK: Trails

    /// What the keys of trails begin with, and those of nothing else in their table: all others are digests.
    static let trailPrefix = Array("trail\0".utf8)

    /// Notes a record in the first `place`s of its lineage.
    func note(_ step: StepRecord, in place: Digest) throws {
        let key = Self.trailPrefix + Self.key("place", place)
        var trail = try trail(at: place)
        trail.add(
            StepTrail.Mark(
                key: step.key, scope: step.scope, writer: step.writer, created: step.created, author: step.author))
        _ = try store.put(trail.encoded, in: .lineage, key: key, project: project)
    }

    /// What was recorded in a place.
    func trail(at place: Digest) throws -> StepTrail {
        let bytes = try store.record(in: .lineage, key: Self.trailPrefix + Self.key("place", place), project: project)
        return bytes.map { StepTrail(decoding: $0) } ?? StepTrail()
    }

    // MARK: Scopes of a key

    /// Notes that a scope whose writers are trusted has a record of a key.
    /// - Parameter isKnown: whether its writer showed who they are. What a server that was open to everybody took from just
    ///   anybody is trusted no longer when it is closed.
    func note(_ scope: ScopeName, of step: Digest, isKnown: Bool) throws {
        var scopes = try scopes(of: step, isKnown: isKnown)
        guard scopes.first != scope else { return }
        scopes.removeAll { $0 == scope }
        scopes.insert(scope, at: 0)
        let text = scopes.prefix(Self.scopesMaximum).map(\.description).joined(separator: "\0")
        _ = try store.put(Array(text.utf8), in: .lineage, key: Self.key(of: step, isKnown), project: project)
    }

    /// The scopes that were noted of known writers, or of others, the last one first.
    func scopes(of step: Digest, isKnown: Bool) throws -> [ScopeName] {
        let bytes = try store.record(in: .lineage, key: Self.key(of: step, isKnown), project: project) ?? []
        return bytes.split(separator: 0).compactMap { ScopeName(String(decoding: $0, as: UTF8.self)) }
    }

    private static func key(of step: Digest, _ isKnown: Bool) -> [UInt8] {
        key(isKnown ? "scopes" : "scopes.unknown", step)
    }

    private static func key(_ kind: String, _ digest: Digest) -> [UInt8] {
        var hasher = KeyHasher(domain: "larder.ledger.v1")
        hasher.add(kind)
        hasher.add(digest)
        return hasher.finalize().rawBytes
    }
}
