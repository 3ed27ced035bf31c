import ChunkStore
import Compression
import NIOCore
import Synchronization

/// Frames on their way to a client. Calls come one after the other, each on any thread: the lock is never contended,
/// it shows the compiler that the reader is used by one at a time.
final class FrameDownload: Sendable {
    private let reader: Mutex<FrameReader>

    init(_ reader: consuming sending FrameReader) {
        self.reader = Mutex(reader)
    }

    /// The next frames, at least ``Limits/pieceBytes`` unless they are the last; `nil` at the end.
    func next() throws -> ByteBuffer? {
        try reader.withLock { reader in
            var piece = ByteBufferAllocator().buffer(capacity: Limits.pieceBytes + Frame.rawBytesMaximum / 2)
            var isMore = true
            while isMore, piece.readableBytes < Limits.pieceBytes {
                isMore = try reader.next { frame in piece.writeBytes(frame) }
            }
            return piece.readableBytes > 0 ? piece : nil
        }
    }
}
