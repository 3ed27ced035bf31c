public import Chunking

// The declarations below are the contract; bodies are to be written.

extension Frame {
    /// The wire and file form: a fixed header (magic, codec, counts, lengths), the chunk table, the payload.
    /// Described in `ChunkStore.docc/StorageFormat.md`.
    public func encoded() -> [UInt8] { [] }
}

/// Finds frames in bytes that arrive in parts. Memory is bounded by one frame.
public struct FrameParser: ~Copyable {
    /// Begins with no bytes.
    public init() {}

    /// Takes the next bytes; each complete frame goes to `onFrame`. Only the envelope and the limits are checked:
    /// ``FrameDecoder`` checks the content.
    /// - Throws: `corrupt`, `tooLarge`, or what `onFrame` throws.
    public mutating func update(_ bytes: RawSpan, onFrame: (consuming Frame) throws -> Void) throws {}

    /// Call at the end of the bytes.
    /// - Throws: `corrupt` when they end inside a frame.
    public consuming func finish() throws(CompressionError) {}
}

/// Gathers chunks into frames and compresses them. Holds the codec's context, so keep one per thread of work.
public struct FrameBuilder: ~Copyable {
    /// - Parameters:
    ///   - codec: `zstd` or `lz4`; a frame that does not shrink is `stored`.
    ///   - level: the zstd level.
    ///   - target: a frame is closed when it has at least this many uncompressed bytes.
    public init(codec: Codec, level: Int32 = 1, target: Int = 256 << 10) {}

    /// Adds a chunk; returns the frame that it completes, if it does.
    public mutating func add(_ chunk: ChunkReference, _ bytes: RawSpan) throws(CompressionError) -> Frame? { nil }

    /// The frame of what was added since the last one; `nil` when that is nothing.
    public mutating func flush() throws(CompressionError) -> Frame? { nil }
}

/// Decompresses frames. Holds the codec's context and one buffer, so keep one per thread of work.
public struct FrameDecoder: ~Copyable {
    /// Makes a decoder.
    public init() {}

    /// Decompresses `frame` and lends its bytes to `body`; with `verify`, each chunk is hashed and compared first.
    /// - Throws: `corrupt`, `tooLarge`, or what `body` throws.
    public mutating func decode<R>(_ frame: borrowing Frame, verify: Bool, _ body: (RawSpan) throws -> R) throws -> R {
        throw CompressionError(.failed, "not written yet")
    }
}

/// Decompresses a gzip or zstd stream that arrives in parts, with concatenated members and frames.
public struct StreamDecoder: ~Copyable {
    /// What a stream is compressed with.
    public enum Format: Sendable {
        /// RFC 1952.
        case gzip
        /// RFC 8878.
        case zstd
    }

    /// The format that bytes beginning like `prefix` (at least 4) are in; `nil` when neither.
    public static func format(of prefix: RawSpan) -> Format? { nil }

    /// - Parameter limit: more output than this is refused as `tooLarge` (no bombs).
    public init(_ format: Format, limit: UInt64 = .max) throws(CompressionError) {}

    /// Takes the next compressed bytes; output goes to `onOutput` in parts of at most 256 KiB.
    public mutating func update(_ bytes: RawSpan, onOutput: (RawSpan) throws -> Void) throws {}

    /// Call at the end of the bytes.
    /// - Throws: `corrupt` when the stream is not complete.
    public mutating func finish() throws(CompressionError) {}
}

/// Compresses a stream in parts.
public struct StreamEncoder: ~Copyable {
    /// Begins a stream. `level` is zlib's or zstd's.
    public init(_ format: StreamDecoder.Format, level: Int32) throws(CompressionError) {}

    /// Takes the next bytes.
    public mutating func update(_ bytes: RawSpan, onOutput: (RawSpan) throws -> Void) throws {}

    /// Ends the stream.
    public mutating func finish(onOutput: (RawSpan) throws -> Void) throws {}
}
