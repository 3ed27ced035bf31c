internal import CZstd

/// Decompresses a zstd stream, frame after frame.
@safe struct ZstdDecompressor: ~Copyable, Sendable {
    /// The largest window that is granted, as a power of two: 32 MiB. The usual levels of all programs stay below;
    /// `--ultra` and `--long` may ask for up to 2 GiB, which a sender must not be able to make a server allocate.
    private static let windowLogMaximum: Int32 = 25

    private let context: ZstdDecompressionContext

    init() throws(CompressionError) {
        let context = try ZstdDecompressionContext()
        let result = unsafe ZSTD_DCtx_setParameter(context.pointer, ZSTD_d_windowLogMax, Self.windowLogMaximum)
        _ = try zstdChecked(result, .failed, "zstd refuses a window of 32 MiB")
        self.context = context
    }

    func step(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> StreamStep {
        var given = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var room = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let result = unsafe ZSTD_decompressStream(context.pointer, &room, &given)
        let code: CompressionError.Code =
            switch ZSTD_getErrorCode(result) {
            case ZSTD_error_frameParameter_windowTooLarge: .tooLarge
            case ZSTD_error_memory_allocation: .failed
            default: .corrupt
            }
        let left = try zstdChecked(result, code, "zstd cannot decompress the stream")
        return unsafe StreamStep(consumed: given.pos, produced: room.pos, isAtEnd: left == 0)
    }
}

/// Compresses a stream to one zstd frame with a checksum.
@safe struct ZstdCompressor: ~Copyable, Sendable {
    private let context: ZstdCompressionContext

    init(level: Int32) throws(CompressionError) {
        let context = try ZstdCompressionContext()
        for (parameter, value) in [(ZSTD_c_compressionLevel, level), (ZSTD_c_checksumFlag, 1)] {
            let result = unsafe ZSTD_CCtx_setParameter(context.pointer, parameter, value)
            _ = try zstdChecked(result, .failed, "zstd refuses level \(level)")
        }
        self.context = context
    }

    func step(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(CompressionError) -> StreamStep {
        var given = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var room = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let mode = isLast ? ZSTD_e_end : ZSTD_e_continue
        let result = unsafe ZSTD_compressStream2(context.pointer, &room, &given, mode)
        let left = try zstdChecked(result, .failed, "zstd cannot compress the stream")
        return unsafe StreamStep(consumed: given.pos, produced: room.pos, isAtEnd: isLast && left == 0)
    }
}
