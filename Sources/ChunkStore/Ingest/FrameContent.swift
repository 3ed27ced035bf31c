internal import Chunking

/// What a frame is made of: chunks, and their bytes one after the other. Chunks that lay side by side where they were cut
/// are not copied.
struct FrameContent: Sendable {
    /// A frame is made of chunks that have at least this many bytes together.
    static let byteCountTarget = 256 << 10
    /// Few frames have more bytes than this.
    static let byteCountUsual = byteCountTarget + byteCountTarget / 4

    private(set) var chunks: [ChunkReference] = []
    /// Has the bytes at `range`, and perhaps others.
    private var room: [UInt8] = []
    private var range = 0..<0
    private var isOwner = false

    var byteCount: Int { range.count }

    /// Whether it is enough for a frame.
    var isFull: Bool { byteCount >= Self.byteCountTarget }

    /// Lends the bytes.
    func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try unsafe body(room.span.bytes.extracting(range))
    }

    /// Adds the chunk that is at `place` in `run`. Between two calls of ``detach()``, `run` is the same.
    mutating func append(_ chunk: ChunkReference, at place: Range<Int>, in run: [UInt8]) {
        if chunks.isEmpty {
            (room, range, isOwner) = (run, place, false)
        } else if !isOwner, place.lowerBound == range.upperBound {
            range = range.lowerBound..<place.upperBound
        } else {
            detach()
            unsafe room.append(copying: run.span.bytes.extracting(place))
            range = 0..<room.count
        }
        chunks.append(chunk)
    }

    /// Copies what belongs to a run.
    mutating func detach() {
        if isOwner || chunks.isEmpty { return }
        var own: [UInt8] = []
        own.reserveCapacity(Self.byteCountUsual)
        withBytes { own.append(copying: $0) }
        (room, range, isOwner) = (own, 0..<own.count, true)
    }
}
