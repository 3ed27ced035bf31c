import ChunkStore
import HTTPTypes
import Hummingbird
import NIOCore
import OCI
import Synchronization

/// Manifests that were asked for just now. They are given again, without a look into the store, as long as nothing changes
/// there: what all runners of a team ask for at once.
///
/// What a manifest names was held when it was looked up, so after ``lifetime`` it is looked up again.
final class RecentManifests: Sendable {
    /// How much shorter than a lease period a client may count on what a manifest names.
    static let lifetime = Duration.seconds(1)
    /// Longer ones are looked up each time. Bytes.
    private static let byteCountMaximum = 64 << 10
    private static let countMaximum = 256

    private struct Key: Hashable, Sendable {
        let repository: RepositoryName
        let reference: ManifestReference
    }

    private struct Entry: Sendable {
        let answer: ManifestAnswer
        let version: IndexVersion
        let end: ContinuousClock.Instant
    }

    private let recent = Mutex(RecentValues<Key, Entry>(limit: countMaximum))

    /// What was found last, if it would be found again now.
    func answer(_ reference: ManifestReference, in repository: RepositoryName, of store: Store) -> ManifestAnswer? {
        let key = Key(repository: repository, reference: reference)
        guard let entry = recent.withLock({ $0[key] }), entry.end > .now, store.isCurrent(entry.version) else {
            return nil
        }
        return entry.answer
    }

    /// Remembers what was found.
    /// - Parameter version: of the store, from before it was looked for.
    func note(
        _ answer: ManifestAnswer, for reference: ManifestReference, in repository: RepositoryName,
        at version: IndexVersion
    ) {
        guard answer.body.readableBytes <= Self.byteCountMaximum else { return }
        let entry = Entry(answer: answer, version: version, end: .now + Self.lifetime)
        recent.withLock { $0[Key(repository: repository, reference: reference)] = entry }
    }
}
