/// A pattern for names, in which `*` stands for anything.
public struct NamePattern: Hashable, Sendable, CustomStringConvertible {
    private let bytes: [UInt8]
    /// Whether a `*` means itself.
    private let isLiteral: Bool

    /// Matches every name.
    public static let anything = NamePattern(bytes: [UInt8(ascii: "*")], isLiteral: false)

    /// Reads a pattern; `nil` when `text` is empty.
    public init?(_ text: some StringProtocol) {
        guard !text.isEmpty else { return nil }
        self.init(bytes: Array(text.utf8), isLiteral: !text.utf8.contains(UInt8(ascii: "*")))
    }

    /// Matches `name` alone, whatever is in it: for names that come from others, as those of branches do.
    public init(only name: String) {
        self.init(bytes: Array(name.utf8), isLiteral: true)
    }

    private init(bytes: [UInt8], isLiteral: Bool) {
        self.bytes = bytes
        self.isLiteral = isLiteral
    }

    /// The pattern as it was given.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// The one name that fits; `nil` when more do.
    public var only: String? { isLiteral ? description : nil }

    /// Whether the whole of `name` fits. O(1) for the pattern `*`, else O(pattern × name).
    public func matches(_ name: some Sequence<UInt8>) -> Bool {
        if isLiteral { return name.elementsEqual(bytes) }
        if bytes.count == 1 { return true }
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

    /// Whether the whole of `name` fits.
    public func matches(_ name: String) -> Bool { matches(name.utf8) }
}
