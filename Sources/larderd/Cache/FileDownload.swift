import ChunkStore
import NIOCore
import Synchronization

/// A blob, or a part of one, on its way to a client. Calls come one after the other, each on any thread: the lock is
/// never contended, it shows the compiler that the reader is used by one at a time.
final class FileDownload: Sendable {
    /// How many bytes there are.
    let length: UInt64
    private let reader: Mutex<BlobReader>

    init(_ reader: consuming sending BlobReader) {
        length = reader.remaining
        self.reader = Mutex(reader)
    }

    /// The next bytes; `nil` at the end.
    func next() throws -> ByteBuffer? {
        try reader.withLock { reader in
            var bytes: [UInt8] = []
            guard try reader.read(into: &bytes, maximum: CacheLimits.pieceBytes) > 0 else { return nil }
            return ByteBuffer(bytes: bytes)
        }
    }
}
