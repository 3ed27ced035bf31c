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
        let header = frame.header
        let payload = frame.payload
        if frame.codec == .stored {
            _ = try Self.check(header, payload.count, prefix.byteCount)
            return try unsafe Self.lend(payload.span.bytes, of: header.chunks, verify, body)
        }
        var bytes: [UInt8] = []
        swap(&bytes, &room)
        defer { swap(&bytes, &room) }
        bytes.removeAll(keepingCapacity: true)
        try unsafe decode(header, payload: payload.span.bytes, prefix: prefix, verify: false, into: &bytes)
        return try unsafe Self.lend(bytes.span.bytes, of: header.chunks, verify, body)
    }

    /// Decompresses `payload`, which `header` describes, and appends its bytes to `bytes`; with `verify`, each chunk is
    /// hashed and compared.
    /// - Parameter prefix: the bytes of the chunks of ``FrameHeader/base``, in their order. Empty when there are none.
    /// - Throws: `corrupt`, `tooLarge`, `failed` when `prefix` is not as long as the base. What was appended then is
    ///   undefined.
    public mutating func decode(
        _ header: FrameHeader, payload: RawSpan, prefix: RawSpan = RawSpan(), verify: Bool, into bytes: inout [UInt8]
    ) throws(CompressionError) {
        let count = try Self.check(header, payload.byteCount, prefix.byteCount)
        let start = bytes.count
        if header.codec == .stored {
            bytes.append(copying: payload)
        } else {
            if header.codec != .lz4, context == nil { context = try ZstdDecompressionContext() }
            try bytes.append(addingCapacity: count) { output throws(CompressionError) in
                try unsafe output.withUnsafeMutableBufferPointer { room, written throws(CompressionError) in
                    let room = UnsafeMutableRawBufferPointer(room)
                    let result =
                        switch header.codec {
                        case .lz4: unsafe try Self.decodeLZ4(payload, count, into: room)
                        default: unsafe try decodeZstd(payload, prefix, count, into: room)
                        }
                    guard result == count else { throw Self.wrongLength(count, result) }
                    written = count
                }
            }
        }
        if verify {
            try unsafe header.chunks.checkDigests(of: bytes.span.bytes.extracting(droppingFirst: start))
        }
    }

    private static func lend<R>(
        _ bytes: RawSpan, of chunks: [ChunkReference], _ verify: Bool, _ body: (RawSpan) throws -> R
    ) throws -> R {
        if verify { try chunks.checkDigests(of: bytes) }
        return try body(bytes)
    }

    /// Checks what was announced against the limits; returns how many bytes must come out.
    private static func check(
        _ header: FrameHeader, _ payloadByteCount: Int, _ prefixByteCount: Int
    ) throws(CompressionError) -> Int {
        let count = header.chunks.byteCount
        try check(prefixByteCount, for: header)
        guard count <= Frame.rawBytesMaximum, header.chunks.count <= Frame.chunksMaximum else {
            throw CompressionError(
                .tooLarge,
                "the frame announces \(count) bytes in \(header.chunks.count) chunks, more than a frame may have")
        }
        guard header.codec != .stored || payloadByteCount == count else { throw wrongLength(count, payloadByteCount) }
        return count
    }

    private static func check(_ prefixByteCount: Int, for frame: FrameHeader) throws(CompressionError) {
        let expected = frame.base.byteCount
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
        _ payload: RawSpan, _ prefix: RawSpan, _ count: Int, into room: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        guard let pointer = unsafe context?.pointer else { return 0 }
        let result = unsafe payload.withUnsafeBytes { payload in
            unsafe prefix.withUnsafeBytes { prefix in
                // The prefix counts for the next frame only; an empty one takes away what a failed call left. All
                // is in memory, so the limit of the window, which is for streams, does not matter.
                let result = unsafe ZSTD_DCtx_refPrefix(pointer, prefix.baseAddress, prefix.count)
                guard ZSTD_isError(result) == 0 else { return result }
                return unsafe ZSTD_decompressDCtx(
                    pointer, room.baseAddress, count, payload.baseAddress, payload.count)
            }
        }
        return try zstdChecked(result, .corrupt, "zstd cannot decompress a frame")
    }

    private static func decodeLZ4(
        _ payload: RawSpan, _ count: Int, into room: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        guard payload.byteCount <= Frame.rawBytesMaximum else { throw wrongLength(count, payload.byteCount) }
        let result = unsafe payload.withUnsafeBytes { payload in
            unsafe LZ4_decompress_safe(
                payload.assumingMemoryBound(to: CChar.self).baseAddress,
                room.assumingMemoryBound(to: CChar.self).baseAddress, Int32(payload.count), Int32(count))
        }
        guard result >= 0 else { throw CompressionError(.corrupt, "lz4 cannot decompress a frame: it is damaged") }
        return Int(result)
    }

    private static func wrongLength(_ expected: Int, _ found: Int) -> CompressionError {
        CompressionError(
            .corrupt, "a frame should decompress to \(expected) bytes but has \(found); fetch or store it again")
    }
}
