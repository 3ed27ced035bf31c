import Access
import OCI

/// What clients may do with tags, and how long tags are kept.
struct TagRules: Hashable, Sendable {
    /// Tags that stay where they were put first.
    var immutable = TagPatterns.none
    /// Repositories that refuse images of which a layer is missing, and indexes of which a manifest is.
    var complete: [NamePattern] = []
    /// Tags whose build caches are left as they are pushed, each in place of the one before.
    var unmerged = TagPatterns.none
    /// How large the build caches of other tags may be.
    var cacheLimits = BuildCache.Limits()
    /// Which tags go by themselves.
    var retention: [RetentionRule] = []

    /// Whether `tag` of the repository `name` stays where it is.
    func isImmutable(_ tag: String, in name: String) -> Bool {
        immutable.contains(tag.utf8, in: name.utf8)
    }

    /// Whether build caches that are pushed to `tag` of the repository `name` are merged.
    func mergesCaches(_ tag: String, in name: String) -> Bool {
        !isImmutable(tag, in: name) && !unmerged.contains(tag.utf8, in: name.utf8)
    }

    /// Whether the repository `name` refuses what is not complete.
    func requiresCompleteness(in name: String) -> Bool {
        complete.contains { $0.matches(name.utf8) }
    }
}
