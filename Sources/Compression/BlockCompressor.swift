internal import CLZ4
internal import CZstd

/// Compresses one block at a time. Owns a zstd context, made on first use, and room for the result.
struct BlockCompressor: ~Copyable, Sendable {
    private let level: Int32
    private var context: ZstdCompressionContext?
    private var room: [UInt8] = []

    init(level: Int32) {
        self.level = level
    }

    /// The compressed form of `raw`; `nil` when it is not shorter.
    mutating func compress(_ raw: [UInt8], codec: Codec) throws(CompressionError) -> [UInt8]? {
        let count: Int
        switch codec {
        case .stored: return nil
        case .zstd, .zstdDelta: count = try compressZstd(raw)
        case .lz4: count = try compressLZ4(raw)
        }
        return count < raw.count ? Array(room[..<count]) : nil
    }

    private mutating func compressZstd(_ raw: [UInt8]) throws(CompressionError) -> Int {
        if context == nil { context = try ZstdCompressionContext() }
        reserve(ZSTD_compressBound(raw.count))
        guard let pointer = unsafe context?.pointer else { return raw.count }
        let level = level
        let result = unsafe room.withUnsafeMutableBytes { room in
            unsafe raw.withUnsafeBytes { raw in
                unsafe ZSTD_compressCCtx(pointer, room.baseAddress, room.count, raw.baseAddress, raw.count, level)
            }
        }
        return try zstdChecked(result, .failed, "zstd cannot compress a frame")
    }

    private mutating func compressLZ4(_ raw: [UInt8]) throws(CompressionError) -> Int {
        reserve(Int(LZ4_compressBound(Int32(raw.count))))
        let result = unsafe room.withUnsafeMutableBytes { room in
            unsafe raw.withUnsafeBytes { raw in
                unsafe LZ4_compress_default(
                    raw.assumingMemoryBound(to: CChar.self).baseAddress,
                    room.assumingMemoryBound(to: CChar.self).baseAddress, Int32(raw.count), Int32(room.count))
            }
        }
        guard result > 0 else { throw CompressionError(.failed, "lz4 cannot compress a frame") }
        return Int(result)
    }

    private mutating func reserve(_ count: Int) {
        if room.count < count { room = [UInt8](repeating: 0, count: count) }
    }
}
