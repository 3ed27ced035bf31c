import Access

/// Tags that one of several patterns fits.
struct TagPatterns: Hashable, Sendable {
    private let patterns: [TagPattern]

    /// All tags.
    static let all = TagPatterns([TagPattern("*")].compactMap { $0 })
    /// No tag.
    static let none = TagPatterns([])

    private init(_ patterns: [TagPattern]) {
        self.patterns = patterns
    }

    /// Reads patterns with commas between them; `nil` when one is empty.
    init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { TagPattern($0) }
        guard !parts.contains(nil) else { return nil }
        patterns = parts.compactMap { $0 }
    }

    /// Whether a tag of a repository is one of them.
    func contains(_ tag: some Sequence<UInt8>, in repository: some Sequence<UInt8>) -> Bool {
        patterns.contains { $0.matches(tag, in: repository) }
    }

    /// The same for the key of a tag's record: the repository's name, a zero byte, the tag.
    func contains(key: [UInt8]) -> Bool {
        let name = key.prefix { $0 != 0 }
        return contains(key.dropFirst(name.count + 1), in: name)
    }
}
