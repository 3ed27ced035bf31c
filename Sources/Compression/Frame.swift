public import Chunking

/// The unit of compression, in chunk files and on the wire: one or more chunks compressed together.
///
/// A frame travels and rests in the same encoding, so the server stores what the client compressed and sends
/// what it stored.
public struct Frame: Sendable {
    /// The most uncompressed bytes a frame may hold.
    public static let rawBytesMaximum = 1 << 20
    /// The most chunks a frame may hold.
    public static let chunksMaximum = 4096

    /// How ``payload`` is encoded.
    public let codec: Codec
    /// The chunks inside, in the order of their bytes.
    public let chunks: [ChunkReference]
    /// The encoded bytes.
    public let payload: [UInt8]

    /// Makes a frame; nothing is checked.
    public init(codec: Codec, chunks: [ChunkReference], payload: [UInt8]) {
        self.codec = codec
        self.chunks = chunks
        self.payload = payload
    }

    /// How many bytes the chunks have together.
    public var rawByteCount: Int { chunks.reduce(0) { $0 + Int($1.length) } }
}
