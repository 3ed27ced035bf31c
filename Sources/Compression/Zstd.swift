internal import CZstd

/// Owns a `ZSTD_CCtx`; freed when the value is destroyed.
@safe struct ZstdCompressionContext: ~Copyable, Sendable {
    // A context belongs to one owner (~Copyable) and zstd ties it to no thread, so it may move between them.
    nonisolated(unsafe) let pointer: OpaquePointer

    init() throws(CompressionError) {
        guard let pointer = unsafe ZSTD_createCCtx() else { throw .outOfMemory("a zstd compressor") }
        unsafe self.pointer = pointer
    }

    deinit { unsafe _ = ZSTD_freeCCtx(pointer) }
}

/// Owns a `ZSTD_DCtx`; freed when the value is destroyed.
@safe struct ZstdDecompressionContext: ~Copyable, Sendable {
    // A context belongs to one owner (~Copyable) and zstd ties it to no thread, so it may move between them.
    nonisolated(unsafe) let pointer: OpaquePointer

    init() throws(CompressionError) {
        guard let pointer = unsafe ZSTD_createDCtx() else { throw .outOfMemory("a zstd decompressor") }
        unsafe self.pointer = pointer
    }

    deinit { unsafe _ = ZSTD_freeDCtx(pointer) }
}

/// `result` of a zstd function, or its error as `code` with `operation` as what failed.
func zstdChecked(
    _ result: Int, _ code: CompressionError.Code, _ operation: String
) throws(CompressionError) -> Int {
    guard ZSTD_isError(result) == 0 else {
        let reason = unsafe String(cString: ZSTD_getErrorName(result))
        throw CompressionError(code, "\(operation): \(reason)")
    }
    return result
}

extension CompressionError {
    static func outOfMemory(_ subject: String) -> CompressionError {
        CompressionError(.failed, "there is no memory for \(subject); give the process more or run less at once")
    }
}
