internal import Chunking

/// Where a record is.
///
/// As a row: file (u32), offset in units of 8 bytes (u32), length (u32). So a chunk file has at most 32 GiB.
struct Location: Hashable, Sendable {
    static let byteCount = 12
    /// Of what was found to be damaged or gone.
    static let none = Location(file: 0, length: 0, offset: 0)

    /// The number of the chunk file, from 1.
    let file: UInt32
    /// The length of the record with its header, without padding. Bytes.
    let length: UInt32
    /// Where the record begins in the file; a multiple of 8. Bytes.
    let offset: UInt64

    /// Whether it is a place at all.
    var isPresent: Bool { file != 0 }

    init(file: UInt32, length: UInt32, offset: UInt64) {
        self.file = file
        self.length = length
        self.offset = offset
    }

    /// Reads what ``encode(into:)`` wrote, at `position` of a row.
    init?(_ row: RawSpan, at position: Int = 0) {
        guard row.byteCount >= position + Self.byteCount else { return nil }
        file = row.integer(at: position)
        offset = UInt64(row.integer(at: position + 4, as: UInt32.self)) * UInt64(RecordHeader.alignment)
        length = row.integer(at: position + 8)
    }

    /// As a row has it.
    var bytes: [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        encode(into: &writer)
        return writer.bytes
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeFixed(file)
        writer.writeFixed(UInt32(truncatingIfNeeded: offset / UInt64(RecordHeader.alignment)))
        writer.writeFixed(length)
    }
}

extension RawSpan {
    /// The little-endian integer at `offset`, which must lie within the span.
    func integer<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Value.Type = Value.self) -> Value
    {
        Value(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}
