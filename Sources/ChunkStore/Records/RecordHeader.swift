internal import Chunking

/// What a record of a chunk file holds. The raw values are part of the format.
enum RecordKind: UInt8, Sendable, CaseIterable {
    /// A frame; its chunks are the project's.
    case frame = 1
    /// A recipe: the project has the blob, and every chunk that the recipe names.
    case blob = 2
    /// A small record of the layers above.
    case record = 3
    /// The deletion of a blob or of a small record.
    case tombstone = 4
    /// A project's name.
    case project = 5
    /// Sequence numbers of records that were written but never acknowledged.
    case void = 6
    /// The footer of a full chunk file.
    case seal = 7
}

/// Numbers that tell records apart and in which order they were written.
struct RecordStamp: Hashable, Sendable {
    /// Unique in the root, and rising. Kept when a record is moved.
    let sequence: UInt64
    /// The number of the commit that the record was appended for; 1 more than the index knew then.
    let commit: UInt64
}

/// What stands before each record's body.
struct RecordHeader: Hashable, Sendable {
    static let byteCount = 40
    static let magic = Array("LREC".utf8)
    static let alignment = 8
    /// No body is longer. Bytes.
    static let bodyMaximum = 1 << 30
    private static let checkedByteCount = 32

    let kind: RecordKind
    /// Of a frame: 1 when maintenance wrote it; else 0.
    let detail: UInt8
    let bodyLength: UInt32
    /// 0 for none.
    let project: UInt32
    let stamp: RecordStamp
    let checksum: UInt64

    var sequence: UInt64 { stamp.sequence }

    /// The length of the record without padding. Bytes.
    var recordLength: Int { Self.byteCount + Int(bodyLength) }
    /// How far it is to the next record. Bytes.
    var stride: UInt64 { Self.padded(recordLength) }

    /// Reads a header; `nil` when the bytes are not one. The checksum is not looked at.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCount,
            [UInt8](copying: bytes.extracting(first: Self.magic.count)) == Self.magic,
            let kind = RecordKind(rawValue: bytes.integer(at: 4)),
            bytes.integer(at: 8, as: UInt32.self) <= Self.bodyMaximum
        else { return nil }
        self.kind = kind
        detail = bytes.integer(at: 5)
        bodyLength = bytes.integer(at: 8)
        project = bytes.integer(at: 12)
        stamp = RecordStamp(sequence: bytes.integer(at: 16), commit: bytes.integer(at: 24))
        checksum = bytes.integer(at: 32)
    }

    /// The length of a whole record of a kind that is not known here, whose checksum is right; `nil` for anything else.
    static func unknownLength(_ bytes: RawSpan, _ salt: RootSalt) -> Int? {
        guard bytes.byteCount >= byteCount, [UInt8](copying: bytes.extracting(first: magic.count)) == magic,
            RecordKind(rawValue: bytes.integer(at: 4)) == nil,
            bytes.integer(at: 8, as: UInt32.self) <= bodyMaximum
        else { return nil }
        let length = byteCount + Int(bytes.integer(at: 8, as: UInt32.self))
        guard length <= bytes.byteCount else { return nil }
        let body = bytes.extracting(byteCount..<length)
        let isRight =
            bytes.integer(at: checkedByteCount, as: UInt64.self)
            == salt.checksum(bytes.extracting(first: checkedByteCount), body)
        return isRight ? length : nil
    }

    /// Whether `record`, a header and its body, has the checksum that it says.
    func matches(_ record: RawSpan, _ salt: RootSalt) -> Bool {
        record.byteCount == recordLength
            && checksum
                == salt.checksum(
                    record.extracting(first: Self.checkedByteCount), record.extracting(droppingFirst: Self.byteCount))
    }

    static func padded(_ length: Int) -> UInt64 {
        UInt64((length + alignment - 1) / alignment * alignment)
    }

    /// A whole record, padded to the alignment, whose body `writeBody` appends.
    /// - Returns: the bytes and the length without padding; `nil` when the body is too long.
    static func encode(
        _ kind: RecordKind, detail: UInt8 = 0, project: UInt32, stamp: RecordStamp, salt: RootSalt,
        _ writeBody: (inout [UInt8]) -> Void
    ) -> (bytes: [UInt8], length: Int)? {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        writeBody(&bytes)
        let length = bytes.count
        guard length - byteCount <= bodyMaximum else { return nil }
        var header = ByteWriter(capacity: byteCount)
        header.write(magic)
        header.write(kind.rawValue)
        header.write(detail)
        header.write([0, 0])
        header.writeFixed(UInt32(length - byteCount))
        header.writeFixed(project)
        header.writeFixed(stamp.sequence)
        header.writeFixed(stamp.commit)
        header.writeFixed(
            unsafe salt.checksum(header.bytes.span.bytes, bytes.span.bytes.extracting(droppingFirst: byteCount)))
        for (position, byte) in header.bytes.enumerated() {
            bytes[position] = byte
        }
        bytes.append(contentsOf: repeatElement(0, count: Int(padded(length)) - length))
        return (bytes, length)
    }
}

/// A record as it was read, its checksum verified.
struct StoredRecord: Sendable {
    let header: RecordHeader
    /// Header and body, without padding.
    let bytes: [UInt8]

    /// Lends the body.
    func withBody<R, E: Error>(_ read: (RawSpan) throws(E) -> R) throws(E) -> R {
        try unsafe read(bytes.span.bytes.extracting(droppingFirst: RecordHeader.byteCount))
    }
}
