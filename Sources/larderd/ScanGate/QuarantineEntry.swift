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
    private(set) var tags: [String]
    /// Who pushed it to each of them; none for who is not known.
    private(set) var authors: [String: RecordAuthor]
    /// Why it is here, for people.
    var reason: String?
    /// When it came. Seconds since 1970.
    let since: Int64
    /// Who pushed it last, to whichever tag.
    let author: RecordAuthor?
    /// How often the scanner failed.
    var failures = 0
    /// When it is asked next. Seconds since 1970.
    var next: Int64 = 0

    init(_ key: Key, tags: [String], since: Int64, author: RecordAuthor?) {
        (self.key, self.tags, self.since, self.author) = (key, tags, since, author)
        authors = author.map { author in Dictionary(tags.map { ($0, author) }) { first, _ in first } } ?? [:]
    }

    /// Adds the tags that it waited for already, but for those that it was pushed to again.
    mutating func add(_ earlier: QuarantineEntry) {
        let old = earlier.tags.filter { !tags.contains($0) }
        for tag in old { authors[tag] = earlier.authors[tag] }
        tags = (Array(Set(tags)) + old).sorted()
    }

    /// It waits for these tags no longer.
    mutating func drop(_ gone: Set<String>) {
        tags.removeAll { gone.contains($0) }
        for tag in gone { authors[tag] = nil }
    }

    /// All who pushed it, for people.
    var identities: [String] {
        Set((authors.values + [author].compactMap(\.self)).map(\.identity)).sorted()
    }
}
