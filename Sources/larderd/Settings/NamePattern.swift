/// A pattern for names, in which `*` stands for anything.
struct NamePattern: Hashable, Sendable {
    private let bytes: [UInt8]

    /// `nil` when `text` is empty.
    init?(_ text: some StringProtocol) {
        guard !text.isEmpty else { return nil }
        bytes = Array(text.utf8)
    }

    /// Matches every name.
    static let anything = NamePattern(bytes: [UInt8(ascii: "*")])

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether the whole of `name` fits. O(pattern × name).
    func matches(_ name: some Sequence<UInt8>) -> Bool {
        var (text, pattern) = (Array(name)[...], bytes[...])
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
