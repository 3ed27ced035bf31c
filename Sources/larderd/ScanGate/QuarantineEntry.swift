import CacheAPI
import OCI

/// An image whose tags are not set, or not yet.
struct QuarantineEntry: Codable, Hashable, Sendable {
    enum State: String, Codable, Sendable {
        /// It is to be judged.
        case pending
        /// The scanner failed; it is asked again.
        case failing
        /// It was refused.
        case refused
    }

    /// Which image.
    struct Key: Codable, Hashable, Sendable, CustomStringConvertible {
        let repository: String
        let digest: String

        init(_ repository: RepositoryName, _ digest: OCIDigest) {
            (self.repository, self.digest) = (repository.description, digest.description)
        }

        /// Reads what ``description`` gives; `nil` for anything else.
        init?(_ text: String) {
            let parts = text.split(separator: "@", maxSplits: 1)
            guard parts.count == 2, let repository = try? RepositoryName(String(parts[0])),
                let digest = OCIDigest(parts[1])
            else { return nil }
            self.init(repository, digest)
        }

        /// As in `shop/api@sha256:…`.
        var description: String { "\(repository)@\(digest)" }
    }

    let key: Key
    var state = State.pending
    /// The tags that are set when it passes.
    var tags: [String]
    /// Why it is here, for people.
    var reason: String?
    /// When it came. Seconds since 1970.
    let since: Int64
    /// Who pushed it.
    let author: RecordAuthor?
    /// How often the scanner failed.
    var failures = 0
    /// When it is asked next. Seconds since 1970.
    var next: Int64 = 0

    init(_ key: Key, tags: [String], since: Int64, author: RecordAuthor?) {
        (self.key, self.tags, self.since, self.author) = (key, tags, since, author)
    }
}
