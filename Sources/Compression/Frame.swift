public import Chunking

/// The unit of compression, in chunk files and on the wire: one or more chunks compressed together.
///
/// A frame travels and rests in the same encoding, so the server stores what the client compressed and sends
/// what it stored. Only a delta frame (``Codec/zstdDelta``) never travels: it says nothing without its base.
public struct Frame: Sendable {
    /// The most uncompressed bytes a frame may hold.
    public static let rawBytesMaximum = 1 << 20
    /// The most chunks a frame may hold.
    public static let chunksMaximum = 4096
    /// The most bytes that the base of a delta frame may have.
    public static let baseBytesMaximum = 4 << 20
    /// The most chunks that the base of a delta frame may have.
    public static let baseChunksMaximum = 4096

    /// How ``payload`` is encoded.
    public let codec: Codec
    /// The chunks inside, in the order of their bytes.
    public let chunks: [ChunkReference]
    /// The chunks whose bytes, one after the other, are the prefix that a delta frame was made with and is decoded
    /// with; none for every other codec.
    public let base: [ChunkReference]
    /// The encoded bytes.
    public let payload: [UInt8]

    /// Makes a frame; nothing is checked.
    public init(codec: Codec, chunks: [ChunkReference], base: [ChunkReference] = [], payload: [UInt8]) {
        self.codec = codec
        self.chunks = chunks
        self.base = base
        self.payload = payload
    }

    /// How many bytes the chunks have together.
    public var rawByteCount: Int { chunks.byteCount }
    /// How many bytes the base has.
    public var baseByteCount: Int { base.byteCount }
}
