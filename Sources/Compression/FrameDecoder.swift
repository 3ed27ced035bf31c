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
    /// - Parameter prefix: the bytes of the chunks of ``Frame/base``, in their order. Empty when there are none.
    /// - Throws: `corrupt`, `tooLarge`, `failed` when `prefix` is not as long as the base, or what `body` throws.
    public mutating func decode<R>(
        _ frame: borrowing Frame, prefix: RawSpan = RawSpan(), verify: Bool, _ body: (RawSpan) throws -> R
    ) throws -> R {
        let count = frame.rawByteCount
        try Self.check(prefix.byteCount, for: frame)
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
        let written =
            switch frame.codec {
            case .lz4: try decodeLZ4(frame.payload, count)
            default: try decodeZstd(frame.payload, prefix, count)
            }
        guard written == count else { throw Self.wrongLength(count, written) }
        return try unsafe lend(room.span.bytes.extracting(first: count), of: frame.chunks, verify, body)
    }

    private func lend<R>(
        _ bytes: RawSpan, of chunks: [ChunkReference], _ verify: Bool, _ body: (RawSpan) throws -> R
    ) throws -> R {
        if verify { try chunks.checkDigests(of: bytes) }
        return try body(bytes)
    }

    private static func check(_ prefixByteCount: Int, for frame: borrowing Frame) throws(CompressionError) {
        let expected = frame.baseByteCount
        guard expected <= Frame.baseBytesMaximum, frame.base.count <= Frame.baseChunksMaximum else {
            throw CompressionError(
                .tooLarge,
                "the frame announces a base of \(expected) bytes in \(frame.base.count) chunks, more than it may have")
        }
        guard frame.base.isEmpty == (frame.codec != .zstdDelta) else {
            throw CompressionError(.corrupt, "the frame (\(frame.codec)) has a base of \(frame.base.count) chunks")
        }
        guard prefixByteCount == expected else {
            throw CompressionError(
                .failed, "a frame with a base of \(expected) bytes cannot be read with \(prefixByteCount) bytes of it")
        }
    }

    private mutating func decodeZstd(
        _ payload: [UInt8], _ prefix: RawSpan, _ count: Int
    ) throws(CompressionError) -> Int {
        if context == nil { context = try ZstdDecompressionContext() }
        guard let pointer = unsafe context?.pointer else { return 0 }
        let result = unsafe room.withUnsafeMutableBytes { room in
            unsafe payload.withUnsafeBytes { payload in
                unsafe prefix.withUnsafeBytes { prefix in
                    // The prefix counts for the next frame only; an empty one takes away what a failed call left. All
                    // is in memory, so the limit of the window, which is for streams, does not matter.
                    let result = unsafe ZSTD_DCtx_refPrefix(pointer, prefix.baseAddress, prefix.count)
                    guard ZSTD_isError(result) == 0 else { return result }
                    return unsafe ZSTD_decompressDCtx(
                        pointer, room.baseAddress, count, payload.baseAddress, payload.count)
                }
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
