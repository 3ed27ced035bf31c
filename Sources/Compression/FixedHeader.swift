internal import Chunking

/// The first 20 bytes of a frame, checked against the limits.
struct FixedHeader {
    let codec: Codec
    let chunkCount: Int
    let baseCount: Int
    let rawByteCount: Int
    let payloadByteCount: Int

    var headerByteCount: Int { FrameHeader.fixedByteCount + (chunkCount + baseCount) * FrameHeader.chunkByteCount }
    var frameByteCount: Int { headerByteCount + payloadByteCount }

    init(decoding bytes: RawSpan) throws(CompressionError) {
        guard bytes.byteCount >= FrameHeader.fixedByteCount else {
            throw CompressionError(.corrupt, "the frame ends inside its header; send or store it again")
        }
        var reader = ByteReader(bytes.extracting(first: FrameHeader.fixedByteCount), subject: "the frame")
        do throws(ChunkingError) {
            guard try reader.readBytes(4).elementsEqual(FrameHeader.magic) else {
                throw reader.malformed("does not begin with LFRM")
            }
            let version = try reader.readByte()
            guard version == FrameHeader.version else {
                throw reader.malformed("has version \(version), which this program does not know,")
            }
            guard let codec = Codec(rawValue: try reader.readByte()) else {
                throw reader.malformed("has a codec that this program does not know")
            }
            self.codec = codec
            chunkCount = Int(try reader.readFixed(UInt16.self))
            rawByteCount = Int(try reader.readFixed(UInt32.self))
            payloadByteCount = Int(try reader.readFixed(UInt32.self))
            baseCount = Int(try reader.readFixed(UInt16.self))
            guard try reader.readFixed(UInt16.self) == 0 else { throw reader.malformed("has bytes that must be zero") }
        } catch {
            throw CompressionError(.corrupt, error.description)
        }
        try checkLimits()
    }

    private func checkLimits() throws(CompressionError) {
        guard chunkCount <= Frame.chunksMaximum, rawByteCount <= Frame.rawBytesMaximum,
            baseCount <= Frame.baseChunksMaximum
        else {
            throw CompressionError(
                .tooLarge,
                """
                the frame announces \(chunkCount) chunks, \(rawByteCount) bytes and \(baseCount) chunks of base; \
                a frame has at most \(Frame.chunksMaximum), \(Frame.rawBytesMaximum) and \(Frame.baseChunksMaximum)
                """)
        }
        let fits = codec == .stored ? payloadByteCount == rawByteCount : payloadByteCount <= rawByteCount
        guard chunkCount >= 1, payloadByteCount >= 1, fits, (baseCount >= 1) == (codec == .zstdDelta) else {
            throw CompressionError(
                .corrupt,
                """
                the frame (\(codec)) announces \(chunkCount) chunks, \(rawByteCount) bytes, a payload of \
                \(payloadByteCount) and \(baseCount) chunks of base, which cannot be; send or store it again
                """)
        }
    }

    /// Reads the chunk table and the base table, which are all that is in `bytes`.
    func tables(in bytes: RawSpan) throws(CompressionError) -> (chunks: [ChunkReference], base: [ChunkReference]) {
        var reader = ByteReader(bytes, subject: "the chunk table of the frame")
        do throws(ChunkingError) {
            let chunks = try Self.table(of: chunkCount, &reader)
            guard chunks.byteCount == rawByteCount else {
                throw reader.malformed("does not add up to the frame's length")
            }
            let base = try Self.table(of: baseCount, &reader)
            guard base.byteCount <= Frame.baseBytesMaximum else {
                throw ChunkingError(
                    .tooLarge,
                    "the base of the frame has \(base.byteCount) bytes, more than the \(Frame.baseBytesMaximum) allowed"
                )
            }
            return (chunks, base)
        } catch {
            throw CompressionError(error.code == .tooLarge ? .tooLarge : .corrupt, error.description)
        }
    }

    private static func table(
        of count: Int, _ reader: inout ByteReader
    ) throws(ChunkingError) -> [ChunkReference] {
        var chunks: [ChunkReference] = []
        chunks.reserveCapacity(count)
        for _ in 0..<count {
            let id = try reader.readDigest()
            let length: UInt32 = try reader.readFixed()
            guard length >= 1 else { throw reader.malformed("has an empty chunk") }
            chunks.append(ChunkReference(id: id, length: length))
        }
        return chunks
    }
}
