/// Reads scalars out of bytes that came from a `String`; most paths are ASCII, and those take one comparison each.
struct UTF8Reader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    mutating func next() -> Unicode.Scalar? {
        guard let first = rest.popFirst() else { return nil }
        if first < 0x80 { return Unicode.Scalar(first) }
        let length = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1
        var value = UInt32(first) & (0x3F >> UInt32(length))
        for _ in 0..<length {
            guard let byte = rest.popFirst() else { break }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }
}
