internal import Chunking

/// Where a record is.
struct Location: Hashable, Sendable {
    static let byteCount = 16

    /// The number of the chunk file, from 1.
    let file: UInt32
    /// The length of the record with its header, without padding. Bytes.
    let length: UInt32
    /// Where the record begins in the file.
    let offset: UInt64

    init(file: UInt32, length: UInt32, offset: UInt64) {
        self.file = file
        self.length = length
        self.offset = offset
    }

    /// Reads what ``encode(into:)`` wrote, at `position` of a row.
    init?(_ row: RawSpan, at position: Int = 0) {
        guard row.byteCount >= position + Self.byteCount else { return nil }
        file = row.integer(at: position)
        length = row.integer(at: position + 4)
        offset = row.integer(at: position + 8)
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeFixed(file)
        writer.writeFixed(length)
        writer.writeFixed(offset)
    }
}

extension RawSpan {
    /// The little-endian integer at `offset`, which must lie within the span.
    func integer<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Value.Type = Value.self) -> Value
    {
        Value(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}
