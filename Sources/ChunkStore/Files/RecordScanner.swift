internal import SystemPackage

/// Walks the headers of a chunk file's records, through a small window so that long bodies are skipped.
struct RecordScanner {
    private static let windowByteCount = 4 << 10

    private let file: OpenFile
    private let disk: Disk
    private let end: UInt64
    private var window: [UInt8] = []
    private var windowStart: UInt64 = 0
    private(set) var position = UInt64(ChunkFileHeader.byteCount)

    /// Begins at the first record; records from `end` on are not looked at.
    init(_ file: OpenFile, end: UInt64, disk: Disk) {
        self.file = file
        self.end = end
        self.disk = disk
    }

    /// The next record's place and header; `nil` at the end or where there is no header.
    mutating func next() throws(Errno) -> (offset: UInt64, header: RecordHeader)? {
        let offset = position
        guard offset + UInt64(RecordHeader.byteCount) <= end else { return nil }
        if offset < windowStart || offset + UInt64(RecordHeader.byteCount) > windowStart + UInt64(window.count) {
            window = try disk.read(file.descriptor, offset, Self.windowByteCount)
            windowStart = offset
        }
        let start = Int(offset - windowStart)
        guard start <= window.count,
            let header = unsafe RecordHeader(window.span.bytes.extracting(droppingFirst: start)),
            offset + UInt64(header.recordLength) <= end
        else { return nil }
        position = offset + header.stride
        return (offset, header)
    }

    /// Goes on at `offset`.
    mutating func skip(to offset: UInt64) {
        position = offset
    }
}
