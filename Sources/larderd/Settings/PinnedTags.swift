/// Which tags are never evicted: those that one of the patterns matches, in which `*` stands for anything.
struct PinnedTags: Hashable, Sendable {
    private let patterns: [[UInt8]]

    /// All tags.
    init() {
        patterns = [Array("*".utf8)]
    }

    /// Reads patterns with commas between them; `nil` when one is empty.
    init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Array($0.utf8) }
        guard !parts.contains(where: \.isEmpty) else { return nil }
        patterns = parts
    }

    /// Whether `tag` stays.
    func contains(_ tag: some Sequence<UInt8>) -> Bool {
        let tag = Array(tag)
        return patterns.contains { Self.matches(tag[...], $0[...]) }
    }

    private static func matches(_ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        var (text, pattern) = (text, pattern)
        // Where to go on when what follows the last star does not fit there.
        var retry: (text: ArraySlice<UInt8>, pattern: ArraySlice<UInt8>)?
        while true {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                retry = (text, pattern)
            } else if let first = text.first, first == pattern.first {
                (text, pattern) = (text.dropFirst(), pattern.dropFirst())
            } else if text.isEmpty, pattern.isEmpty {
                return true
            } else if let last = retry, !last.text.isEmpty {
                retry = (last.text.dropFirst(), last.pattern)
                (text, pattern) = (last.text.dropFirst(), last.pattern)
            } else {
                return false
            }
        }
    }
}
