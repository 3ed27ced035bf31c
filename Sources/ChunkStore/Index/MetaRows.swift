internal import Chunking

/// Table `meta`, key `next`: the next numbers to give out. Nothing committed has a higher one.
struct NextNumbers: Row, Hashable {
    /// Of a record.
    var sequence: UInt64 = 1
    /// Of a chunk file.
    var file: UInt32 = 1
    /// Of a project.
    var project: UInt32 = 1
    /// Of a commit.
    var commit: UInt64 = 1
    /// What the store's clock showed. Seconds.
    var clock: UInt64 = 0

    init() {}

    init?(_ row: RawSpan) {
        guard row.byteCount == 32 else { return nil }
        sequence = row.integer(at: 0)
        file = row.integer(at: 8)
        project = row.integer(at: 12)
        commit = row.integer(at: 16)
        clock = row.integer(at: 24)
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeFixed(sequence)
        writer.writeFixed(file)
        writer.writeFixed(project)
        writer.writeFixed(commit)
        writer.writeFixed(clock)
    }
}

/// A row of u64 and nothing else.
protocol CounterRow: Row {
    init()
    /// Its numbers, in the order in which they stand.
    static var fields: [WritableKeyPath<Self, UInt64>] { get }
}

extension CounterRow {
    init?(_ row: RawSpan) {
        let fields = Self.fields
        guard row.byteCount == fields.count * 8 else { return nil }
        self.init()
        for (position, field) in fields.enumerated() { self[keyPath: field] = row.integer(at: position * 8) }
    }

    func encode(into writer: inout ByteWriter) {
        for field in Self.fields { writer.writeFixed(self[keyPath: field]) }
    }
}

/// Table `meta`, key `counters`: what the store has as a whole, changed in the transaction that changes what is counted.
struct Counters: CounterRow, Hashable {
    /// Uncompressed bytes of the chunks that are there.
    var uniqueBytes: UInt64 = 0
    var chunks: UInt64 = 0
    /// Committed bytes of all chunk files.
    var fileBytes: UInt64 = 0
    var files: UInt64 = 0
    /// Bytes of records that something refers to.
    var liveBytes: UInt64 = 0
    var frames: UInt64 = 0
    /// Uncompressed bytes of frames, and how long their records are.
    var frameRawBytes: UInt64 = 0
    var frameBytes: UInt64 = 0
    var deltaFrames: UInt64 = 0
    var deltaRawBytes: UInt64 = 0
    var deltaBytes: UInt64 = 0

    init() {}

    static var fields: [WritableKeyPath<Counters, UInt64>] {
        [
            \.uniqueBytes, \.chunks, \.fileBytes, \.files, \.liveBytes, \.frames, \.frameRawBytes, \.frameBytes,
            \.deltaFrames, \.deltaRawBytes, \.deltaBytes,
        ]
    }
}

/// Table `projects`, `c` and the number: what a project has.
struct ProjectCounters: CounterRow, Hashable {
    var blobs: UInt64 = 0
    var layers: UInt64 = 0
    var steps: UInt64 = 0
    /// Bytes of its blobs.
    var logicalBytes: UInt64 = 0
    /// Bytes of blobs, counted once for each image that names them.
    var namedBytes: UInt64 = 0
    /// Uncompressed bytes of its chunks that blobs name.
    var claimedBytes: UInt64 = 0
    /// Uncompressed bytes of its chunks that only delta frames need.
    var heldBytes: UInt64 = 0
    /// Uncompressed bytes of its chunks that nothing needs.
    var looseBytes: UInt64 = 0

    init() {}

    static var fields: [WritableKeyPath<ProjectCounters, UInt64>] {
        [
            \.blobs, \.layers, \.steps, \.logicalBytes, \.namedBytes, \.claimedBytes, \.heldBytes, \.looseBytes,
        ]
    }
}

extension UInt64 {
    /// Takes `amount` away, stopping at zero: a counter that is wrong must not end the process.
    mutating func lower(by amount: UInt64) {
        self -= Swift.min(self, amount)
    }
}
