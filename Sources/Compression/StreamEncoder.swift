/// Compresses a stream in parts: to one gzip member without name and time, or one zstd frame with a checksum. The
/// same bytes give the same output only when they come in the same parts. After an error it is of no more use.
public struct StreamEncoder: ~Copyable, Sendable {
    // Not private: code of other modules that is optimised together with this one refers to its metadata.
    enum Engine: ~Copyable {
        case gzip(GzipCompressor)
        case zstd(ZstdCompressor)
    }

    private let engine: Engine
    private var room = [UInt8](repeating: 0, count: StreamStep.outputMaximum)

    /// Begins a stream. `level` is zlib's (0 to 9) or zstd's (up to 22).
    /// - Throws: `failed` when there is no such level, or no memory for it.
    public init(_ format: StreamDecoder.Format, level: Int32) throws(CompressionError) {
        switch format {
        case .gzip: engine = .gzip(try GzipCompressor(level: level))
        case .zstd: engine = .zstd(try ZstdCompressor(level: level))
        }
    }

    /// Takes the next bytes; output, of which there may be none yet, goes to `onOutput` in parts of at most 256 KiB,
    /// which are valid only inside the call.
    /// - Throws: `failed`, or what `onOutput` throws.
    public mutating func update(_ bytes: RawSpan, onOutput: (RawSpan) throws -> Void) throws {
        var offset = 0
        var produced = 0
        while offset < bytes.byteCount || produced == room.count {
            let step = try step(bytes.extracting(offset..<bytes.byteCount), isLast: false)
            offset += step.consumed
            produced = step.produced
            if produced > 0 { try unsafe onOutput(room.span.bytes.extracting(first: produced)) }
        }
    }

    /// Ends the stream: the rest of the output goes to `onOutput`. To be called once.
    /// - Throws: `failed`, or what `onOutput` throws.
    public mutating func finish(onOutput: (RawSpan) throws -> Void) throws {
        let nothing: [UInt8] = []
        var isAtEnd = false
        while !isAtEnd {
            let step = try unsafe step(nothing.span.bytes, isLast: true)
            isAtEnd = step.isAtEnd
            if step.produced > 0 { try unsafe onOutput(room.span.bytes.extracting(first: step.produced)) }
        }
    }

    private mutating func step(_ bytes: RawSpan, isLast: Bool) throws -> StreamStep {
        switch engine {
        case .gzip(let gzip):
            return try unsafe bytes.withUnsafeBytes { input in
                try unsafe room.withUnsafeMutableBytes { room in
                    try unsafe gzip.step(input, room, isLast: isLast)
                }
            }
        case .zstd(let zstd):
            return try unsafe bytes.withUnsafeBytes { input in
                try unsafe room.withUnsafeMutableBytes { room in
                    try unsafe zstd.step(input, room, isLast: isLast)
                }
            }
        }
    }
}
