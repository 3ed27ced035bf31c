internal import Chunking

/// Cuts what a process prints into lines of bounded length. Bytes that are no UTF-8 become U+FFFD.
struct OutputLines {
    /// A longer line is cut into several. Bytes.
    static let byteCountMaximum = 16 << 10

    private var line: [UInt8] = []

    /// Takes the next bytes; `onLine` gets each line that is complete, without its end.
    mutating func append(_ bytes: RawSpan, onLine: (String) -> Void) {
        for byte in Array(copying: bytes) {
            if byte == UInt8(ascii: "\n") {
                end(onLine)
                continue
            }
            if line.count >= Self.byteCountMaximum { cut(onLine) }
            line.append(byte)
        }
    }

    /// Ends the output; `onLine` gets the last line when it has no end.
    mutating func finish(onLine: (String) -> Void) {
        if !line.isEmpty { end(onLine) }
    }

    private mutating func end(_ onLine: (String) -> Void) {
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        onLine(String(decoding: line, as: UTF8.self))
        line.removeAll(keepingCapacity: true)
    }

    /// Hands out what there is, but no part of a character that goes on.
    private mutating func cut(_ onLine: (String) -> Void) {
        let last = line.suffix(4).lastIndex { $0 & 0xc0 != 0x80 } ?? line.endIndex - 1
        let end = line[last] >= 0xc0 ? last : line.endIndex
        onLine(String(decoding: line[..<end], as: UTF8.self))
        line.removeSubrange(..<end)
    }
}
