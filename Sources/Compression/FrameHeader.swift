public import Chunking

/// What stands before the payload of a frame: enough to find a chunk without decompressing.
///
/// All integers are little-endian:
///
/// | offset | bytes | meaning |
/// |---|---|---|
/// | 0 | 4 | magic, `LFRM` |
/// | 4 | 1 | version, 1 |
/// | 5 | 1 | ``Codec`` |
/// | 6 | 2 | chunk count, 1 to ``Frame/chunksMaximum`` |
/// | 8 | 4 | raw length: what the payload decompresses to, 1 to ``Frame/rawBytesMaximum`` |
/// | 12 | 4 | payload length, 1 to the raw length; equal to it for `stored` |
/// | 16 | 2 | base count, 1 to ``Frame/baseChunksMaximum`` for `zstdDelta`, else 0 |
/// | 18 | 2 | zero |
/// | 20 | 36 each | chunk table: SHA-256 (32), length (4, at least 1); the lengths add up to the raw length |
/// | | 36 each | base table: the same; the lengths add up to at most ``Frame/baseBytesMaximum`` |
///
/// The payload follows and ends the frame.
public struct FrameHeader: Hashable, Sendable {
    /// The length of the fixed part, from which the length of the whole frame follows. Bytes.
    public static let fixedByteCount = 20
    /// The longest header there is. Bytes.
    public static let byteCountMaximum =
        fixedByteCount + (Frame.chunksMaximum + Frame.baseChunksMaximum) * chunkByteCount
    static let chunkByteCount = Digest.byteCount + 4
    static let magic = Array("LFRM".utf8)
    static let version: UInt8 = 1

    /// How the payload is encoded.
    public let codec: Codec
    /// The chunks inside, in the order of their bytes.
    public let chunks: [ChunkReference]
    /// The chunks that a delta frame is decoded with, in the order of their bytes; else none.
    public let base: [ChunkReference]
    /// The length of the payload. Bytes.
    public let payloadByteCount: Int

    /// The length of the header. Bytes.
    public var byteCount: Int { Self.fixedByteCount + (chunks.count + base.count) * Self.chunkByteCount }
    /// The length of header and payload together. Bytes.
    public var frameByteCount: Int { byteCount + payloadByteCount }

    init(codec: Codec, chunks: [ChunkReference], base: [ChunkReference], payloadByteCount: Int) {
        self.codec = codec
        self.chunks = chunks
        self.base = base
        self.payloadByteCount = payloadByteCount
    }

    /// Reads the header that `bytes` begin with; they may go on after it.
    /// - Throws: `corrupt` when it is none or its lengths disagree, `tooLarge` when a limit is exceeded.
    public init(decoding bytes: RawSpan) throws(CompressionError) {
        let fixed = try FixedHeader(decoding: bytes)
        guard bytes.byteCount >= fixed.headerByteCount else {
            throw CompressionError(.corrupt, "the frame ends inside its chunk table; send or store it again")
        }
        let table = bytes.extracting(Self.fixedByteCount..<fixed.headerByteCount)
        (chunks, base) = try fixed.tables(in: table)
        codec = fixed.codec
        payloadByteCount = fixed.payloadByteCount
    }

    /// Appends the header in the form described above.
    public func encode(into bytes: inout [UInt8]) {
        var writer = ByteWriter(appendingTo: bytes)
        bytes = []
        writer.write(Self.magic)
        writer.write(Self.version)
        writer.write(codec.rawValue)
        writer.writeFixed(UInt16(truncatingIfNeeded: chunks.count))
        writer.writeFixed(chunks.reduce(UInt32(0)) { $0 &+ $1.length })
        writer.writeFixed(UInt32(truncatingIfNeeded: payloadByteCount))
        writer.writeFixed(UInt16(truncatingIfNeeded: base.count))
        writer.writeFixed(UInt16(0))
        for table in [chunks, base] {
            for chunk in table {
                writer.write(chunk.id)
                writer.writeFixed(chunk.length)
            }
        }
        bytes = writer.bytes
    }
}
