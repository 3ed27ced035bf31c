internal import Chunking

/// What a table of the index has under a key. Integers are little-endian.
protocol Row: Sendable {
    init?(_ row: RawSpan)
    func encode(into writer: inout ByteWriter)
}

extension Row {
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 48)
        encode(into: &writer)
        return writer.bytes
    }

    /// Reads what ``encoded()`` made.
    init?(decoding bytes: [UInt8]) {
        unsafe self.init(bytes.span.bytes)
    }
}

/// Table `chunks`, by digest: the frame that a chunk is in, and its place there.
struct ChunkRow: Row, Hashable {
    /// Not present when the chunk was found damaged: the row stays for those who claim it, until it is stored again.
    var frame: Location
    /// Where the chunk begins in the uncompressed bytes of the frame.
    var rawOffset: UInt32
    let length: UInt32
    /// How many projects have a row of it in `members`.
    var owners: UInt32
    /// Whether a delta was ever made from it: then it never becomes one itself.
    var isBase: Bool

    private static let baseFlag: UInt32 = 1 << 31

    init(frame: Location, rawOffset: UInt32, length: UInt32, owners: UInt32 = 0, isBase: Bool = false) {
        self.frame = frame
        self.rawOffset = rawOffset
        self.length = length
        self.owners = owners
        self.isBase = isBase
    }

    init?(_ row: RawSpan) {
        guard row.byteCount == Location.byteCount + 12, let frame = Location(row) else { return nil }
        self.frame = frame
        let place: UInt32 = row.integer(at: Location.byteCount)
        rawOffset = place & ~Self.baseFlag
        isBase = place & Self.baseFlag != 0
        length = row.integer(at: Location.byteCount + 4)
        owners = row.integer(at: Location.byteCount + 8)
    }

    func encode(into writer: inout ByteWriter) {
        frame.encode(into: &writer)
        writer.writeFixed(isBase ? rawOffset | Self.baseFlag : rawOffset)
        writer.writeFixed(length)
        writer.writeFixed(owners)
    }
}

/// Table `members`, by project and chunk: what keeps the chunk there. Without claims it is loose.
struct MemberRow: Row, Hashable {
    /// How many blobs of the project name it.
    var blobs: UInt32 = 0
    /// How many delta frames of the project are differences from it.
    var frames: UInt32 = 0

    var isLoose: Bool { blobs == 0 && frames == 0 }

    init() {}

    init?(_ row: RawSpan) {
        guard row.byteCount == 8 else { return nil }
        blobs = row.integer(at: 0)
        frames = row.integer(at: 4)
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeFixed(blobs)
        writer.writeFixed(frames)
    }
}

/// Table `frames`, by file and offset: how much of a frame is needed.
struct FrameRow: Row, Hashable {
    /// The length of the record without padding. Bytes.
    let recordLength: UInt32
    /// Uncompressed bytes.
    let rawLength: UInt32
    /// Uncompressed bytes of the chunks whose rows point here.
    var live: UInt32
    /// Whether it was written by maintenance, and need not be packed again.
    let isPacked: Bool
    /// Whether it is a difference from chunks of other frames.
    let isDelta: Bool

    init(recordLength: UInt32, rawLength: UInt32, live: UInt32, isPacked: Bool, isDelta: Bool) {
        self.recordLength = recordLength
        self.rawLength = rawLength
        self.live = live
        self.isPacked = isPacked
        self.isDelta = isDelta
    }

    init?(_ row: RawSpan) {
        guard row.byteCount == 13 else { return nil }
        recordLength = row.integer(at: 0)
        rawLength = row.integer(at: 4)
        live = row.integer(at: 8)
        let flags: UInt8 = row.integer(at: 12)
        isPacked = flags & 1 != 0
        isDelta = flags & 2 != 0
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeFixed(recordLength)
        writer.writeFixed(rawLength)
        writer.writeFixed(live)
        writer.write(UInt8(isPacked ? 1 : 0) | UInt8(isDelta ? 2 : 0))
    }
}

/// Table `blobs`, by project and digest.
struct BlobRow: Row, Hashable {
    let size: UInt64
    /// The blob record, which holds the recipe. Not present when it was found damaged: the row stays for those who
    /// refer to it, until the blob is stored again.
    var record: Location
    let isLayer: Bool
    /// How many small records refer to it.
    var references: UInt32

    init(size: UInt64, record: Location, isLayer: Bool, references: UInt32 = 0) {
        self.size = size
        self.record = record
        self.isLayer = isLayer
        self.references = references
    }

    init?(_ row: RawSpan) {
        guard row.byteCount == 13 + Location.byteCount, let record = Location(row, at: 8) else { return nil }
        size = row.integer(at: 0)
        self.record = record
        references = row.integer(at: 8 + Location.byteCount)
        isLayer = row.integer(at: 12 + Location.byteCount, as: UInt8.self) != 0
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeFixed(size)
        record.encode(into: &writer)
        writer.writeFixed(references)
        writer.write(UInt8(isLayer ? 1 : 0))
    }
}

/// Table `records`, by table, project and key.
struct RecordRow: Row, Hashable {
    /// Not present when the record was deleted or found damaged while others refer to it: the row stays for them, until
    /// the record is stored again.
    let location: Location
    /// How many other records refer to it.
    var references: UInt32
    /// When it was last used, rounded down. Seconds of the store's clock.
    var used: UInt32
    /// How many blobs it refers to: of records used alike, the one with most goes first.
    let depth: UInt16

    init(location: Location, references: UInt32, used: UInt32, depth: UInt16) {
        self.location = location
        self.references = references
        self.used = used
        self.depth = depth
    }

    init?(_ row: RawSpan) {
        guard row.byteCount == Location.byteCount + 10, let location = Location(row) else { return nil }
        self.location = location
        references = row.integer(at: Location.byteCount)
        used = row.integer(at: Location.byteCount + 4)
        depth = row.integer(at: Location.byteCount + 8)
    }

    func encode(into writer: inout ByteWriter) {
        location.encode(into: &writer)
        writer.writeFixed(references)
        writer.writeFixed(used)
        writer.writeFixed(depth)
    }
}

/// Table `partials`, by file and offset of the blob record: a blob of which only some chunks are claimed, because it is
/// just being stored or deleted.
struct PartialRow: Row, Hashable {
    let record: Location
    let project: ProjectID
    /// How many of the blob's distinct chunks are claimed: the first ones.
    var claimed: UInt32

    init(record: Location, project: ProjectID, claimed: UInt32) {
        self.record = record
        self.project = project
        self.claimed = claimed
    }

    init?(_ row: RawSpan) {
        guard row.byteCount == Location.byteCount + 8, let record = Location(row) else { return nil }
        self.record = record
        project = ProjectID(number: row.integer(at: Location.byteCount))
        claimed = row.integer(at: Location.byteCount + 4)
    }

    func encode(into writer: inout ByteWriter) {
        record.encode(into: &writer)
        writer.writeFixed(project.number)
        writer.writeFixed(claimed)
    }
}
