import ChunkStore
import Chunking
import NIOCore
import Synchronization

/// Bytes of a blob on their way to a client, in pieces that are worth a hop to another thread. Calls block, and come
/// one after the other.
final class BlobStream: Sendable {
    /// How long a piece is at most, and all but the last about. Bytes.
    static let pieceMaximum = 1 << 20

    private let reader: Mutex<BlobReader>

    /// Reads `range` of a blob; `nil` when the project does not have it.
    init?(_ digest: Digest, range: Range<UInt64>?, in project: ProjectID, of store: Store) throws(StoreError) {
        guard let reader = try store.read(digest, range: range, in: project) else { return nil }
        self.reader = Mutex(reader)
    }

    /// The next piece; `nil` at the end.
    /// - Throws: ``StoreError`` `missingContent` when a part of the blob is damaged.
    func next() throws(StoreError) -> ByteBuffer? {
        try reader.withLock { reader throws(StoreError) in
            if reader.remaining == 0 { return nil }
            var piece = ByteBufferAllocator().buffer(capacity: Int(min(UInt64(Self.pieceMaximum), reader.remaining)))
            _ = try reader.read(maximum: Self.pieceMaximum) { piece.writeBytes($0) }
            return piece
        }
    }
}
