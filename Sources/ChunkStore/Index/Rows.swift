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
}

/// Table `chunks`, by digest: the frame that a chunk is in, and its place there.
struct ChunkRow: Row, Hashable {
    let frame: Location
    /// Where the chunk begins in the uncompressed bytes of the frame.
    let rawOffset: UInt32
    let length: UInt32

    init(frame: Location, rawOffset: UInt32, length: UInt32) {
        self.frame = frame
        self.rawOffset = rawOffset
        self.length = length
    }

    init?(_ row: RawSpan) {
        guard row.byteCount == Location.byteCount + 8, let frame = Location(row) else { return nil }
        self.frame = frame
        rawOffset = row.integer(at: Location.byteCount)
        length = row.integer(at: Location.byteCount + 4)
    }

    func encode(into writer: inout ByteWriter) {
        frame.encode(into: &writer)
        writer.writeFixed(rawOffset)
        writer.writeFixed(length)
    }
}

/// Table `blobs`, by project and digest.
struct BlobRow: Row, Hashable {
    let size: UInt64
    /// The blob record, which holds the recipe.
    let recipe: Location
    /// The entries record; `nil` when the blob is not a layer.
    let entries: Location?

    init(size: UInt64, recipe: Location, entries: Location?) {
        self.size = size
        self.recipe = recipe
        self.entries = entries
    }

    init?(_ row: RawSpan) {
        guard row.byteCount == 8 + 2 * Location.byteCount,
            let recipe = Location(row, at: 8), let entries = Location(row, at: 8 + Location.byteCount)
        else { return nil }
        size = row.integer(at: 0)
        self.recipe = recipe
        self.entries = entries.file == 0 ? nil : entries
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeFixed(size)
        recipe.encode(into: &writer)
        (entries ?? Location(file: 0, length: 0, offset: 0)).encode(into: &writer)
    }
}

/// Table `records`, by table, project and key.
struct RecordRow: Row, Hashable {
    let location: Location

    init(location: Location) {
        self.location = location
    }

    init?(_ row: RawSpan) {
        guard row.byteCount == Location.byteCount, let location = Location(row) else { return nil }
        self.location = location
    }

    func encode(into writer: inout ByteWriter) {
        location.encode(into: &writer)
    }
}

/// Table `files`, by file number.
struct FileRow: Row, Hashable {
    enum State: UInt8, Sendable {
        /// Records are appended to it.
        case open = 0
        /// Full, and ends with its footer.
        case sealed = 1
        /// Found shorter than committed or without a footer; read, never appended to.
        case abandoned = 2
    }

    /// How far the file is committed. Bytes.
    var length: UInt64
    /// Bytes of records that the index refers to; the rest is waste that compaction would win back.
    var live: UInt64
    var state: State

    init(length: UInt64, live: UInt64, state: State) {
        self.length = length
        self.live = live
        self.state = state
    }

    init?(_ row: RawSpan) {
        guard row.byteCount == 17, let state = State(rawValue: row.integer(at: 16)) else { return nil }
        length = row.integer(at: 0)
        live = row.integer(at: 8)
        self.state = state
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeFixed(length)
        writer.writeFixed(live)
        writer.write(state.rawValue)
    }
}
