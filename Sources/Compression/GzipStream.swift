internal import CZlib

/// Owns a `z_stream` that decompresses gzip; freed when the value is destroyed.
@safe struct GzipDecompressor: ~Copyable, Sendable {
    // zlib's state points back at the stream, so it stays in one place; it has one owner (~Copyable) and belongs to
    // no thread, so it may move between them.
    private nonisolated(unsafe) let stream: UnsafeMutablePointer<z_stream>

    init() throws(CompressionError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        guard unsafe larder_inflate_init(stream, gzipWindowBits) == Z_OK else {
            unsafe stream.deallocate()
            throw .outOfMemory("a gzip decompressor")
        }
        unsafe self.stream = stream
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    func step(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> StreamStep {
        let given = unsafe lend(input, output, to: stream)
        let result = unsafe inflate(stream, Z_NO_FLUSH)
        let step = unsafe StreamStep(
            consumed: given.input - Int(stream.pointee.avail_in),
            produced: given.output - Int(stream.pointee.avail_out), isAtEnd: result == Z_STREAM_END)
        switch result {
        case Z_OK, Z_BUF_ERROR: return step
        case Z_STREAM_END:
            // Another member may follow.
            unsafe inflateReset(stream)
            return step
        case Z_MEM_ERROR: throw .outOfMemory("a gzip decompressor")
        default: throw CompressionError(.corrupt, unsafe "the gzip stream is damaged\(reason(stream)); send it again")
        }
    }
}

/// Owns a `z_stream` that compresses to gzip; freed when the value is destroyed.
@safe struct GzipCompressor: ~Copyable, Sendable {
    // As for GzipDecompressor.
    private nonisolated(unsafe) let stream: UnsafeMutablePointer<z_stream>

    init(level: Int32) throws(CompressionError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let result = unsafe larder_deflate_init(stream, level, gzipWindowBits)
        guard result == Z_OK else {
            unsafe stream.deallocate()
            if result == Z_STREAM_ERROR {
                throw CompressionError(.failed, "gzip has no level \(level); choose one from 0 to 9")
            }
            throw .outOfMemory("a gzip compressor")
        }
        unsafe self.stream = stream
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    func step(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(CompressionError) -> StreamStep {
        let given = unsafe lend(input, output, to: stream)
        let result = unsafe deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
        guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else {
            throw CompressionError(.failed, unsafe "gzip cannot compress a stream\(reason(stream))")
        }
        return unsafe StreamStep(
            consumed: given.input - Int(stream.pointee.avail_in),
            produced: given.output - Int(stream.pointee.avail_out), isAtEnd: result == Z_STREAM_END)
    }
}

/// A window of 32 KiB, and 16 for the gzip envelope instead of zlib's.
private let gzipWindowBits: Int32 = 15 + 16

/// Points `stream` at as much of both buffers as its 32-bit counters hold; returns how much.
private func lend(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer,
    to stream: UnsafeMutablePointer<z_stream>
) -> (input: Int, output: Int) {
    let given = (input: min(input.count, 1 << 30), output: min(output.count, 1 << 30))
    // zlib does not write through `next_in`; its declaration only lacks the `const`.
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
    unsafe stream.pointee.avail_in = UInt32(given.input)
    unsafe stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    unsafe stream.pointee.avail_out = UInt32(given.output)
    return given
}

/// What zlib says is wrong, after a colon; empty when it says nothing.
private func reason(_ stream: UnsafeMutablePointer<z_stream>) -> String {
    guard let message = unsafe stream.pointee.msg else { return "" }
    return unsafe ": " + String(cString: message)
}
