internal import Chunking
internal import Glibc
internal import SystemPackage

/// Remembers, between builds on one runner, the content digests of files that have not changed since.
///
/// The file is a line of rows of fixed length (see ``encoded()``); one that cannot be read counts as empty.
struct StatCache: Sendable {
    /// More rows are not kept.
    static let rowsMaximum = 200_000
    private static let magic = Array("LDSTAT1\n".utf8)
    private static let rowByteCount = 3 * 8 + 2 * 12 + Digest.byteCount

    private var rows: [FileStamp: Digest] = [:]
    /// Whether there is anything that the file does not have.
    private(set) var isChanged = false

    init() {}

    /// The digest of the file with this stamp, if it is known.
    func digest(of stamp: FileStamp) -> Digest? { rows[stamp] }

    /// Remembers a digest, unless the file was changed so shortly before `now` (seconds since 1970) that a further
    /// change may not show.
    mutating func insert(_ digest: Digest, for stamp: FileStamp, at now: Int64) {
        guard stamp.isSettled(at: now), rows[stamp] != digest else { return }
        if rows.count >= Self.rowsMaximum { rows.removeAll() }
        rows[stamp] = digest
        isChanged = true
    }

    /// The file form: magic, then for each row device, inode, size (8 bytes each), mtime, ctime (8 + 4 bytes each),
    /// digest; little-endian.
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: Self.magic.count + rows.count * Self.rowByteCount)
        writer.write(Self.magic)
        for (stamp, digest) in rows {
            writer.writeFixed(stamp.device)
            writer.writeFixed(stamp.inode)
            writer.writeFixed(stamp.size)
            for time in [stamp.mtime, stamp.ctime] {
                writer.writeFixed(UInt64(bitPattern: time.seconds))
                writer.writeFixed(time.nanoseconds)
            }
            writer.write(digest)
        }
        return writer.bytes
    }

    /// Reads the file form.
    init(decoding bytes: [UInt8]) {
        guard bytes.starts(with: Self.magic) else { return }
        var reader = unsafe ByteReader(
            bytes.span.bytes.extracting(droppingFirst: Self.magic.count), subject: "the cache")
        while reader.remaining >= Self.rowByteCount {
            guard let (stamp, digest) = try? Self.row(&reader) else { return }
            rows[stamp] = digest
        }
    }

    private static func row(_ reader: inout ByteReader) throws(ChunkingError) -> (FileStamp, Digest) {
        func time(_ reader: inout ByteReader) throws(ChunkingError) -> FileStamp.Time {
            let seconds: UInt64 = try reader.readFixed()
            return FileStamp.Time(seconds: Int64(bitPattern: seconds), nanoseconds: try reader.readFixed())
        }
        let stamp = FileStamp(
            device: try reader.readFixed(), inode: try reader.readFixed(), size: try reader.readFixed(),
            mtime: try time(&reader), ctime: try time(&reader))
        return (stamp, try reader.readDigest())
    }
}
