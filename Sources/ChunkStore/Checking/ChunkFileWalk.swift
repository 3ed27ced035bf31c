internal import Chunking
internal import SystemPackage

/// Walks the records of a chunk file from the first to the last, verifies each, and finds its way again behind what is
/// damaged.
struct ChunkFileWalk {
    struct Step {
        let range: Range<UInt64>
        /// `nil` when the bytes are no record, or not the one that was written.
        let record: StoredRecord?
        /// What the header says, whether it is right or not.
        let kind: RecordKind?
        /// Whether it is a whole record, but of a kind that is not known.
        var isUnknown = false
    }

    private static let windowByteCount = 1 << 20

    private let file: OpenFile
    private let salt: RootSalt
    private let disk: Disk
    private let end: UInt64
    /// Where the footer says that records begin, ascending; empty when there is none.
    private let offsets: [UInt64]
    private var window: [UInt8] = []
    private var windowStart: UInt64 = 0
    /// Where the next record should begin.
    private(set) var position = UInt64(ChunkFileHeader.byteCount)

    /// Begins at the first record; what lies from `end` on is not looked at.
    init(_ file: OpenFile, end: UInt64, salt: RootSalt, disk: Disk) throws(Errno) {
        self.file = file
        self.salt = salt
        self.disk = disk
        self.end = end
        offsets = try Self.footer(of: file, end: end, salt, disk: disk)
    }

    /// Goes on at `offset`, where a record begins.
    mutating func skip(to offset: UInt64) {
        position = offset
    }

    /// The next record, or the next damage; `nil` at the end.
    mutating func next() throws(Errno) -> Step? {
        guard position < end else { return nil }
        let start = position
        if let record = try record(at: start) {
            position = start + record.header.stride
            return Step(range: start..<position, record: record, kind: record.header.kind)
        }
        if let length = try unknownLength(at: start) {
            position = start + RecordHeader.padded(length)
            return Step(range: start..<position, record: nil, kind: nil, isUnknown: true)
        }
        let header = try header(at: start)
        position = try resume(after: start, header)
        return Step(range: start..<position, record: nil, kind: header?.kind)
    }

    /// Where records begin according to the footer of a sealed file; empty when it has none that is right.
    private static func footer(of file: OpenFile, end: UInt64, _ salt: RootSalt, disk: Disk) throws(Errno) -> [UInt64] {
        let count = UInt64(Footer.trailerByteCount)
        guard end >= UInt64(ChunkFileHeader.byteCount) + count else { return [] }
        let trailer = try disk.read(file.descriptor, end - count, Int(count))
        guard let offset = unsafe Footer.offset(trailer: trailer.span.bytes), offset < end,
            end - offset <= UInt64(RecordHeader.byteCount + RecordHeader.bodyMaximum)
        else { return [] }
        let bytes = try disk.read(file.descriptor, offset, Int(end - offset))
        guard let header = unsafe RecordHeader(bytes.span.bytes), header.kind == .seal,
            unsafe header.matches(bytes.span.bytes, salt)
        else { return [] }
        let body = StoredRecord(header: header, bytes: bytes).withBody { Footer(body: $0) }
        return (body?.items.map(\.offset) ?? []) + [offset]
    }

    private mutating func record(at offset: UInt64) throws(Errno) -> StoredRecord? {
        guard let header = try header(at: offset), offset + header.stride <= end else { return nil }
        let bytes = try bytes(at: offset, count: header.recordLength)
        guard unsafe header.matches(bytes.span.bytes, salt) else { return nil }
        return StoredRecord(header: header, bytes: bytes)
    }

    private mutating func unknownLength(at offset: UInt64) throws(Errno) -> Int? {
        guard offset + UInt64(RecordHeader.byteCount) <= end else { return nil }
        let fixed = try bytes(at: offset, count: RecordHeader.byteCount)
        let count: UInt32 = unsafe fixed.span.bytes.integer(at: 8)
        guard count <= RecordHeader.bodyMaximum,
            offset + RecordHeader.padded(RecordHeader.byteCount + Int(count)) <= end,
            fixed.starts(with: RecordHeader.magic)
        else { return nil }
        let whole = try bytes(at: offset, count: RecordHeader.byteCount + Int(count))
        return unsafe RecordHeader.unknownLength(whole.span.bytes, salt)
    }

    private mutating func header(at offset: UInt64) throws(Errno) -> RecordHeader? {
        guard offset + UInt64(RecordHeader.byteCount) <= end else { return nil }
        let bytes = try bytes(at: offset, count: RecordHeader.byteCount)
        return unsafe RecordHeader(bytes.span.bytes)
    }

    /// Where to go on behind the damage at `start`. What is damaged may hold the bytes of another chunk file as its
    /// content, so it is searched only when neither its header nor the footer tells where it ends.
    private mutating func resume(after start: UInt64, _ header: RecordHeader?) throws(Errno) -> UInt64 {
        if let header, start + header.stride <= end {
            let next = start + header.stride
            if next == end { return next }
            if try record(at: next) != nil { return next }
        }
        if let next = offsets.first(where: { $0 > start }) { return next }
        guard offsets.isEmpty else { return end }
        var candidate = start + UInt64(RecordHeader.alignment)
        while let found = try nextMagic(from: candidate) {
            if try record(at: found) != nil { return found }
            candidate = found + UInt64(RecordHeader.alignment)
        }
        return end
    }

    /// The next place on the alignment where a header may begin.
    private mutating func nextMagic(from start: UInt64) throws(Errno) -> UInt64? {
        var position = start
        while position + UInt64(RecordHeader.byteCount) <= end {
            let count = Int(min(UInt64(Self.windowByteCount), end - position))
            let part = try bytes(at: position, count: count)
            guard part.count >= RecordHeader.byteCount else { return nil }
            let magic = RecordHeader.magic
            for offset in stride(from: 0, through: part.count - 4, by: RecordHeader.alignment)
            where part[offset] == magic[0] && part[offset + 1] == magic[1] && part[offset + 2] == magic[2]
                && part[offset + 3] == magic[3]
            {
                return position + UInt64(offset)
            }
            position += UInt64(part.count / RecordHeader.alignment * RecordHeader.alignment)
        }
        return nil
    }

    private mutating func bytes(at offset: UInt64, count: Int) throws(Errno) -> [UInt8] {
        if offset < windowStart || offset + UInt64(count) > windowStart + UInt64(window.count) {
            let wanted = min(UInt64(max(count, Self.windowByteCount)), end - offset)
            window = try disk.read(file.descriptor, offset, Int(wanted))
            windowStart = offset
        }
        let start = Int(offset - windowStart)
        return Array(window[start..<min(window.count, start + count)])
    }
}
