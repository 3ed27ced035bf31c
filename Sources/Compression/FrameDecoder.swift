internal import CLZ4
internal import CZstd
internal import Chunking

/// Decompresses frames. Holds the codec's context and one buffer, so keep one per thread of work.
public struct FrameDecoder: ~Copyable, Sendable {
    private var context: ZstdDecompressionContext?
    private var room: [UInt8] = []

    /// Makes a decoder.
    public init() {}

    /// Decompresses `frame` and lends its bytes to `body`; with `verify`, each chunk is hashed and compared first.
    /// The bytes are valid only inside the call.
    /// - Throws: `corrupt`, `tooLarge`, or what `body` throws.
    public mutating func decode<R>(_ frame: borrowing Frame, verify: Bool, _ body: (RawSpan) throws -> R) throws -> R {
        let count = frame.rawByteCount
        guard count <= Frame.rawBytesMaximum, frame.chunks.count <= Frame.chunksMaximum else {
            throw CompressionError(
                .tooLarge,
                "the frame announces \(count) bytes in \(frame.chunks.count) chunks, more than a frame may have")
        }
        if frame.codec == .stored {
            guard frame.payload.count == count else { throw Self.wrongLength(count, frame.payload.count) }
            return try unsafe lend(frame.payload.span.bytes, of: frame.chunks, verify, body)
        }
        if room.count < count { room = [UInt8](repeating: 0, count: count) }
        let written = try frame.codec == .zstd ? decodeZstd(frame.payload, count) : decodeLZ4(frame.payload, count)
        guard written == count else { throw Self.wrongLength(count, written) }
        return try unsafe lend(room.span.bytes.extracting(first: count), of: frame.chunks, verify, body)
    }

    private func lend<R>(
        _ bytes: RawSpan, of chunks: [ChunkReference], _ verify: Bool, _ body: (RawSpan) throws -> R
    ) throws -> R {
        var offset = 0
        for chunk in chunks where verify {
            let end = offset + Int(chunk.length)
            guard Digest(hashing: bytes.extracting(offset..<end)) == chunk.id else {
                throw CompressionError(
                    .corrupt, "the bytes of chunk \(chunk.id.short) do not have its digest; fetch or store it again")
            }
            offset = end
        }
        return try body(bytes)
    }

    private mutating func decodeZstd(_ payload: [UInt8], _ count: Int) throws(CompressionError) -> Int {
        if context == nil { context = try ZstdDecompressionContext() }
        guard let pointer = unsafe context?.pointer else { return 0 }
        let result = unsafe room.withUnsafeMutableBytes { room in
            unsafe payload.withUnsafeBytes { payload in
                unsafe ZSTD_decompressDCtx(pointer, room.baseAddress, count, payload.baseAddress, payload.count)
            }
        }
        return try zstdChecked(result, .corrupt, "zstd cannot decompress a frame")
    }

    private mutating func decodeLZ4(_ payload: [UInt8], _ count: Int) throws(CompressionError) -> Int {
        guard payload.count <= Frame.rawBytesMaximum else { throw Self.wrongLength(count, payload.count) }
        let result = unsafe room.withUnsafeMutableBytes { room in
            unsafe payload.withUnsafeBytes { payload in
                unsafe LZ4_decompress_safe(
                    payload.assumingMemoryBound(to: CChar.self).baseAddress,
                    room.assumingMemoryBound(to: CChar.self).baseAddress, Int32(payload.count), Int32(count))
            }
        }
        guard result >= 0 else { throw CompressionError(.corrupt, "lz4 cannot decompress a frame: it is damaged") }
        return Int(result)
    }

    private static func wrongLength(_ expected: Int, _ found: Int) -> CompressionError {
        CompressionError(
            .corrupt, "a frame should decompress to \(expected) bytes but has \(found); fetch or store it again")
    }
}
