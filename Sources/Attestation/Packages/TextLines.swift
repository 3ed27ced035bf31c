/// The lines of a text one after the other: a list of those of a file that somebody made to have millions would take many times
/// its memory.
struct TextLines: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>?

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    /// The next line without its line feed; what follows the last line feed is one, too.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let text = rest else { return nil }
        guard let end = text.firstIndex(of: UInt8(ascii: "\n")) else {
            rest = nil
            return text
        }
        rest = text[(end + 1)...]
        return text[..<end]
    }
}
