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
