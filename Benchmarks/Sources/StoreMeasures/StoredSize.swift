import Chunking
import Compression

/// What frames take in a chunk file.
enum StoredSize {
    /// What a record has before its frame. Bytes.
    private static let recordHeader = 40
    /// What a frame has before its chunks. Bytes.
    private static let frameHeader = 20
    /// What a frame says of each chunk, its own or of its base. Bytes.
    private static let chunkReference = Digest.byteCount + 4

    /// Bytes of `frame` with the record around it.
    static func of(_ frame: Frame) -> Int {
        let chunks = frame.chunks.count + frame.base.count
        return recordHeader + frameHeader + chunkReference * chunks + frame.payload.count
    }
}
