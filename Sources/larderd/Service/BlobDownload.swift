import ChunkStore
import Chunking
import NIOCore
import Synchronization

/// A blob, or a part of one, on its way to a client, in pieces that are worth a hop to another thread. Calls block, and
/// come one after the other, each on any thread: the lock is never contended, it shows the compiler that the reader is
/// used by one at a time.
final class BlobDownload: PieceSource {
    /// The pieces of all downloads together have about this much memory. Bytes.
    private static let memoryMaximum = 16 << 20
    private static let pieceMaximum = 1 << 20
    private static let pieceMinimum = 16 << 10
    /// The first piece is short, so that the answer begins soon. Bytes.
    private static let firstMaximum = 256 << 10
    /// The end of one piece is with the kernel, one is being sent, one waits, one is being made.
    private static let buffersMaximum = 4

    private struct State: ~Copyable {
        var reader: BlobReader
        /// Pieces that were given out, the oldest first: when it was sent its memory is used again.
        var buffers: [ByteBuffer] = []
        var isFirst = true
    }

    /// How many bytes there are.
    let length: UInt64
    private let state: Mutex<State>
    private static let active = Atomic(0)

    init(_ reader: consuming sending BlobReader) {
        length = reader.remaining
        state = Mutex(State(reader: reader))
        Self.active.add(1, ordering: .relaxed)
    }

    /// Reads `range` of a blob, or all of it; `nil` when the project does not have it.
    convenience init?(
        _ digest: Digest, range: Range<UInt64>?, in project: ProjectID, of store: Store
    ) throws(StoreError) {
        guard let reader = try store.read(digest, range: range, in: project) else { return nil }
        self.init(reader)
    }

    deinit {
        Self.active.subtract(1, ordering: .relaxed)
    }

    /// The next piece; `nil` at the end.
    /// - Throws: `StoreError` `missingContent` when a part of the blob is damaged.
    func next() throws(StoreError) -> ByteBuffer? {
        try state.withLock { state throws(StoreError) in
            let remaining = state.reader.remaining
            if remaining == 0 { return nil }
            let maximum = state.isFirst ? min(Self.firstMaximum, Self.pieceBytes) : Self.pieceBytes
            state.isFirst = false
            var piece = Self.buffer(&state.buffers, Int(min(UInt64(maximum), remaining)))
            _ = try state.reader.read(maximum: maximum) { piece.writeBytes($0) }
            if state.reader.remaining > 0 { state.buffers.append(piece) }
            return piece
        }
    }

    /// How long a piece may be while so many downloads are under way. A power of two, as a buffer's memory is. Bytes.
    private static var pieceBytes: Int {
        let share = memoryMaximum / buffersMaximum / max(1, active.load(ordering: .relaxed))
        let room = Int.bitWidth - 1 - max(1, share).leadingZeroBitCount
        return min(max(1 << room, pieceMinimum), pieceMaximum)
    }

    /// An empty buffer with room for `count` bytes. Nobody else may be reading it, else it gets new memory.
    private static func buffer(_ buffers: inout [ByteBuffer], _ count: Int) -> ByteBuffer {
        var buffer = ByteBuffer()
        if buffers.count == buffersMaximum { buffer = buffers.removeFirst() }
        // Memory from the time when there were fewer downloads is given back.
        if buffer.capacity > 2 * max(count, firstMaximum) { buffer = ByteBuffer() }
        buffer.clear(minimumCapacity: count)
        return buffer
    }
}
