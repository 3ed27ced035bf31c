internal import Chunking

/// How far the verification of chunk files in the background has come.
public struct ScrubReport: Sendable, Codable, Hashable {
    /// Bytes that this run read and verified.
    public internal(set) var bytes: UInt64 = 0
    /// Damaged places that this run found.
    public internal(set) var damaged = 0
    /// Whether this run came to the end of all chunk files.
    public internal(set) var isComplete = false
    /// When the last pass over all chunk files ended; `nil` when none did yet. Seconds since 1970.
    public internal(set) var lastPassEnded: UInt64?
    /// Damaged places that the last pass found.
    public internal(set) var lastPassDamaged: UInt64 = 0

    init() {}
}

/// Table `meta`, key `scrub`: where scrubbing goes on.
struct ScrubRow: Row, Hashable {
    /// The next record to look at.
    var file: UInt32 = 0
    var offset: UInt64 = 0
    /// Damaged places found so far in this pass.
    var damaged: UInt64 = 0
    /// Of the last pass that ended: when, 0 for never (seconds since 1970), and what it found.
    var lastEnded: UInt64 = 0
    var lastDamaged: UInt64 = 0

    init() {}

    init?(_ row: RawSpan) {
        guard row.byteCount == 36 else { return nil }
        file = row.integer(at: 0)
        offset = row.integer(at: 4)
        damaged = row.integer(at: 12)
        lastEnded = row.integer(at: 20)
        lastDamaged = row.integer(at: 28)
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeFixed(file)
        writer.writeFixed(offset)
        writer.writeFixed(damaged)
        writer.writeFixed(lastEnded)
        writer.writeFixed(lastDamaged)
    }
}
