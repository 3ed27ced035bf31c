internal import Chunking

/// Table `files`, by file number.
struct FileRow: Row, Hashable {
    enum State: UInt8, Sendable {
        /// Records are appended to it.
        case open = 0
        /// Full, and ends with its footer.
        case sealed = 1
        /// Found shorter than committed or without a footer; read, never appended to.
        case abandoned = 2
        /// Nothing in it is needed any more; about to be removed.
        case doomed = 3
    }

    /// How far the file is committed. Bytes.
    var length: UInt64
    /// Bytes of records that the index refers to; the rest is waste that compaction wins back.
    var live: UInt64
    var state: State
    /// How far compaction has come with it: what lies before was copied as far as it is needed. 0 when it has not begun.
    var drained: UInt64
    /// Whether it may hold copies of records that no row knows of, because compaction was cut short.
    var mayHaveOrphans: Bool

    /// Whether records may be in more files than their names' tombstones know: those must then be kept.
    var isUnsettled: Bool { state != .doomed && (drained > 0 || mayHaveOrphans) }

    init(length: UInt64, live: UInt64, state: State, drained: UInt64 = 0, mayHaveOrphans: Bool = false) {
        self.length = length
        self.live = live
        self.state = state
        self.drained = drained
        self.mayHaveOrphans = mayHaveOrphans
    }

    init?(_ row: RawSpan) {
        guard row.byteCount == 26, let state = State(rawValue: row.integer(at: 16)) else { return nil }
        length = row.integer(at: 0)
        live = row.integer(at: 8)
        drained = row.integer(at: 17)
        mayHaveOrphans = row.integer(at: 25, as: UInt8.self) != 0
        self.state = state
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeFixed(length)
        writer.writeFixed(live)
        writer.write(state.rawValue)
        writer.writeFixed(drained)
        writer.write(UInt8(mayHaveOrphans ? 1 : 0))
    }
}
