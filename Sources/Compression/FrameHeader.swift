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
/// | 16 | 36 each | chunk table: SHA-256 (32), length (4, at least 1); the lengths add up to the raw length |
///
/// The payload follows and ends the frame.
public struct FrameHeader: Hashable, Sendable {
    /// The length of the fixed part, from which the length of the whole frame follows. Bytes.
    public static let fixedByteCount = 16
    /// The longest header there is. Bytes.
    public static let byteCountMaximum = fixedByteCount + Frame.chunksMaximum * chunkByteCount
    static let chunkByteCount = Digest.byteCount + 4
    static let magic = Array("LFRM".utf8)
    static let version: UInt8 = 1

    /// How the payload is encoded.
    public let codec: Codec
    /// The chunks inside, in the order of their bytes.
    public let chunks: [ChunkReference]
    /// The length of the payload. Bytes.
    public let payloadByteCount: Int

    /// The length of the header. Bytes.
    public var byteCount: Int { Self.fixedByteCount + chunks.count * Self.chunkByteCount }
    /// The length of header and payload together. Bytes.
    public var frameByteCount: Int { byteCount + payloadByteCount }

    init(codec: Codec, chunks: [ChunkReference], payloadByteCount: Int) {
        self.codec = codec
        self.chunks = chunks
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
        chunks = try fixed.chunks(in: table)
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
        for chunk in chunks {
            writer.write(chunk.id)
            writer.writeFixed(chunk.length)
        }
        bytes = writer.bytes
    }
}

/// The first 16 bytes of a frame, checked against the limits.
struct FixedHeader {
    let codec: Codec
    let chunkCount: Int
    let rawByteCount: Int
    let payloadByteCount: Int

    var headerByteCount: Int { FrameHeader.fixedByteCount + chunkCount * FrameHeader.chunkByteCount }
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
        } catch {
            throw CompressionError(.corrupt, error.description)
        }
        try checkLimits()
    }

    private func checkLimits() throws(CompressionError) {
        guard chunkCount <= Frame.chunksMaximum, rawByteCount <= Frame.rawBytesMaximum else {
            throw CompressionError(
                .tooLarge,
                """
                the frame announces \(chunkCount) chunks and \(rawByteCount) bytes; a frame has at most \
                \(Frame.chunksMaximum) and \(Frame.rawBytesMaximum)
                """)
        }
        let fits = codec == .stored ? payloadByteCount == rawByteCount : payloadByteCount <= rawByteCount
        guard chunkCount >= 1, payloadByteCount >= 1, fits else {
            throw CompressionError(
                .corrupt,
                """
                the frame announces \(chunkCount) chunks, \(rawByteCount) bytes and a payload of \
                \(payloadByteCount), which cannot be; send or store it again
                """)
        }
    }

    func chunks(in table: RawSpan) throws(CompressionError) -> [ChunkReference] {
        var reader = ByteReader(table, subject: "the chunk table of the frame")
        var chunks: [ChunkReference] = []
        chunks.reserveCapacity(chunkCount)
        var sum = 0
        do throws(ChunkingError) {
            for _ in 0..<chunkCount {
                let id = try reader.readDigest()
                let length: UInt32 = try reader.readFixed()
                guard length >= 1 else { throw reader.malformed("has an empty chunk") }
                sum += Int(length)
                chunks.append(ChunkReference(id: id, length: length))
            }
            guard sum == rawByteCount else { throw reader.malformed("does not add up to the frame's length") }
        } catch {
            throw CompressionError(.corrupt, error.description)
        }
        return chunks
    }
}
