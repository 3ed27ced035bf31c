internal import CacheAPI
internal import OCI

/// The name of a scope as tags and repositories carry it, since it may have characters that they may not: `feature/x` is
/// `feature-x` there.
///
/// Made as CI systems make it: in lower case, with a dash for each run of characters that a tag may not have, and as
/// GitLab's `CI_COMMIT_REF_SLUG`, with a dash for all but letters and digits and at most 63 bytes. A tag carries a slug that
/// stands in it whole, in any case: `feature-x`, `feature-x-abc123`, `1.2-feature-x`. A repository belongs to it whose name
/// ends in `/cache/feature-x` or `/cache-feature-x`.
///
/// Anybody can call a branch `latest`, `1.2` or `main-17`, so what releases are called is no slug, nor is what begins or ends
/// with the default scope's.
struct TagSlug: Hashable, Sendable {
    private typealias Bytes = [UInt8]

    private let forms: Set<Bytes>

    /// What the longest slug of GitLab has. Bytes.
    private static let lengthMaximum = 63
    private static let separators = Set("-._".utf8)
    private static let releases = Set(
        ["latest", "stable", "edge", "nightly", "release", "production"].map { Array($0.utf8) })

    /// - Parameter standard: the default scope.
    init(_ scope: ScopeName, default standard: ScopeName) {
        let taken = scope == standard ? [] : Self.forms(of: standard)
        forms = Self.forms(of: scope).filter { form in
            !Self.isRelease(form) && !taken.contains { Self.isEnd($0, of: form) }
        }
    }

    /// Whether `tag` carries it. O(tag × slug).
    func isCarried(by tag: TagName) -> Bool {
        let text = Array(tag.description.lowercased().utf8)
        return forms.contains { Self.stands($0, in: text) }
    }

    /// Whether `repository` is for the caches of the scope alone.
    func owns(_ repository: RepositoryName) -> Bool {
        let components = repository.components.map { Array($0.utf8) }
        guard components.count > 1, let last = components.last else { return false }
        if components.count > 2, components[components.count - 2] == Array("cache".utf8) { return forms.contains(last) }
        return forms.contains { last == Array("cache-".utf8) + $0 }
    }

    private static func stands(_ slug: Bytes, in text: Bytes) -> Bool {
        guard text.count >= slug.count else { return false }
        return (0...text.count - slug.count).contains { start in
            let end = start + slug.count
            return text[start..<end].elementsEqual(slug)
                && (start == 0 || separators.contains(text[start - 1]))
                && (end == text.count || separators.contains(text[end]))
        }
    }

    /// Whether `slug` stands at the beginning or at the end of `text`.
    private static func isEnd(_ slug: Bytes, of text: Bytes) -> Bool {
        guard text.count > slug.count else { return text == slug }
        return text.starts(with: slug) && separators.contains(text[slug.count])
            || text.reversed().starts(with: slug.reversed()) && separators.contains(text[text.count - slug.count - 1])
    }

    private static func forms(of scope: ScopeName) -> Set<Bytes> {
        let name = Array(scope.description.lowercased().utf8)
        let short = name.map { isAlphanumeric($0) ? $0 : UInt8(ascii: "-") }.prefix(lengthMaximum)
        var long: Bytes = []
        for byte in name {
            if isAlphanumeric(byte) || separators.contains(byte) {
                long.append(byte)
            } else if long.last != UInt8(ascii: "-") {
                long.append(UInt8(ascii: "-"))
            }
        }
        return Set([trimmed(long[...]), trimmed(short)].filter { !$0.isEmpty })
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> Bytes {
        let tail = bytes.drop { separators.contains($0) }
        return Array(tail.reversed().drop { separators.contains($0) }.reversed())
    }

    /// A word for releases, or a version: digits, perhaps with a `v` before and separators between.
    private static func isRelease(_ slug: Bytes) -> Bool {
        if releases.contains(slug) { return true }
        let version = slug.first == UInt8(ascii: "v") ? slug.dropFirst() : slug[...]
        return version.allSatisfy { separators.contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
