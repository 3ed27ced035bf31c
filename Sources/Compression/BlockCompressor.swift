internal import CLZ4
internal import CZstd
internal import Chunking

/// Compresses one block at a time. Owns a zstd context, made on first use, and room for the result.
struct BlockCompressor: ~Copyable, Sendable {
    private var context: ZstdCompressionContext?
    private var room: [UInt8] = []

    /// Compresses `raw` to one zstd frame that stays in the room until the next call; returns its length.
    /// - Parameter prefix: bytes that `raw` may refer back to, and that decompressing needs again.
    mutating func zstd(_ raw: RawSpan, prefix: RawSpan = RawSpan(), level: Int32) throws(CompressionError) -> Int {
        if context == nil { context = try ZstdCompressionContext() }
        reserve(ZSTD_compressBound(raw.byteCount))
        guard let pointer = unsafe context?.pointer else { return raw.byteCount }
        try unsafe Self.prepare(pointer, rawByteCount: raw.byteCount, prefixByteCount: prefix.byteCount, level)
        let result = unsafe room.withUnsafeMutableBytes { room in
            unsafe raw.withUnsafeBytes { raw in
                unsafe prefix.withUnsafeBytes { prefix in
                    // The prefix counts for this frame only.
                    let result = unsafe ZSTD_CCtx_refPrefix(pointer, prefix.baseAddress, prefix.count)
                    guard ZSTD_isError(result) == 0 else { return result }
                    return unsafe ZSTD_compress2(pointer, room.baseAddress, room.count, raw.baseAddress, raw.count)
                }
            }
        }
        return try zstdChecked(result, .failed, "zstd cannot compress a frame")
    }

    /// Compresses `raw` to one LZ4 block that stays in the room until the next call; returns its length.
    /// - Parameter level: below -1, how much faster and worse; as for zstd, that is spelled as a negative number.
    mutating func lz4(_ raw: RawSpan, level: Int32) throws(CompressionError) -> Int {
        reserve(Int(LZ4_compressBound(Int32(raw.byteCount))))
        let result = unsafe room.withUnsafeMutableBytes { room in
            unsafe raw.withUnsafeBytes { raw in
                unsafe LZ4_compress_fast(
                    raw.assumingMemoryBound(to: CChar.self).baseAddress,
                    room.assumingMemoryBound(to: CChar.self).baseAddress, Int32(raw.count), Int32(room.count),
                    level < -1 ? -level : 1)
            }
        }
        guard result > 0 else { throw CompressionError(.failed, "lz4 cannot compress a frame") }
        return Int(result)
    }

    /// The first `count` bytes of the room.
    func result(_ count: Int) -> [UInt8] { Array(room[..<count]) }

    private static func prepare(
        _ context: OpaquePointer, rawByteCount: Int, prefixByteCount: Int, _ level: Int32
    ) throws(CompressionError) {
        // What a failed call left of parameters and prefix goes first.
        _ = try zstdChecked(
            unsafe ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters), .failed, "zstd cannot begin a frame")
        var parameters = [(ZSTD_c_compressionLevel, level)]
        if prefixByteCount > 0 {
            parameters.append((ZSTD_c_windowLog, windowLog(spanning: prefixByteCount + rawByteCount)))
        }
        for (parameter, value) in parameters {
            _ = try zstdChecked(
                unsafe ZSTD_CCtx_setParameter(context, parameter, value), .failed, "zstd refuses level \(level)")
        }
    }

    /// The least window, as a power of two, from whose end its beginning can be referred to.
    private static func windowLog(spanning count: Int) -> Int32 {
        Int32(max(10, Int.bitWidth - (count - 1).leadingZeroBitCount))
    }

    private mutating func reserve(_ count: Int) {
        if room.count < count { room = [UInt8](repeating: 0, count: count) }
    }
}
