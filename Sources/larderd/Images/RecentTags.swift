import OCI
import Synchronization

/// By which tags manifests were named lately, so that whoever deletes one by digest after asking for its tag, as clients do,
/// need not wait until all tags of a large repository were looked at. Only a hint: tags move.
final class RecentTags: Sendable {
    private struct Key: Hashable, Sendable {
        let repository: RepositoryName
        let digest: OCIDigest
    }

    /// More tags of one manifest are not remembered.
    private static let tagsMaximum = 16

    private let recent = Mutex(RecentValues<Key, Set<TagName>>(limit: 16_384))

    /// Remembers that `tag` named the manifest `digest`.
    func note(_ tag: TagName, of digest: OCIDigest, in repository: RepositoryName) {
        let key = Key(repository: repository, digest: digest)
        recent.withLock { recent in
            var tags = recent[key] ?? []
            guard tags.count < Self.tagsMaximum, tags.insert(tag).inserted else { return }
            recent[key] = tags
        }
    }

    /// Tags that named the manifest `digest`.
    func tags(of digest: OCIDigest, in repository: RepositoryName) -> Set<TagName> {
        recent.withLock { $0[Key(repository: repository, digest: digest)] ?? [] }
    }
}
