/// Decompresses a gzip or zstd stream that arrives in parts, with concatenated members and frames; zeros behind
/// the last gzip member are tolerated, as tape programs leave them. After an error it is of no more use.
public struct StreamDecoder: ~Copyable, Sendable {
    // Not private: code of other modules that is optimised together with this one refers to its metadata.
    enum Engine: ~Copyable {
        case gzip(GzipDecompressor)
        case zstd(ZstdDecompressor)
    }

    private enum Phase {
        case beforeFirst
        case inside
        /// Behind a complete member or frame.
        case between
        /// In the zeros behind the last gzip member.
        case padding
    }

    private let engine: Engine
    private let format: Format
    private let limit: UInt64
    private let expansion: (factor: UInt64, beyond: UInt64)
    private var consumed: UInt64 = 0
    private var produced: UInt64 = 0
    private var phase = Phase.beforeFirst
    private var room = [UInt8](repeating: 0, count: StreamStep.outputMaximum)

    /// Begins a stream.
    /// - Parameters:
    ///   - format: What it is compressed with.
    ///   - limit: More output than this is refused as `tooLarge` (no bombs). Bytes.
    ///   - expansion: So many bytes may come out of each byte, `beyond` those that may always; more are refused likewise.
    /// - Throws: `failed` when there is no memory for it.
    public init(
        _ format: Format, limit: UInt64 = .max, expansion: (factor: UInt64, beyond: UInt64) = (0, beyond: .max)
    ) throws(CompressionError) {
        self.format = format
        self.limit = limit
        self.expansion = expansion
        switch format {
        case .gzip: engine = .gzip(try GzipDecompressor())
        case .zstd: engine = .zstd(try ZstdDecompressor())
        }
    }

    /// Takes the next compressed bytes; output goes to `onOutput` in parts of at most 256 KiB, which are valid only
    /// inside the call.
    /// - Throws: `corrupt`, `tooLarge`, or what `onOutput` throws.
    public mutating func update(_ bytes: RawSpan, onOutput: (RawSpan) throws -> Void) throws {
        var offset = 0
        while offset < bytes.byteCount || phase == .inside {
            let left = bytes.extracting(offset..<bytes.byteCount)
            if try skipPadding(left) { return }
            let step = try step(left)
            offset += step.consumed
            consumed += UInt64(step.consumed)
            produced += UInt64(step.produced)
            try checkSize()
            if step.produced > 0 { try unsafe onOutput(room.span.bytes.extracting(first: step.produced)) }
            phase = step.isAtEnd ? .between : .inside
            let isStuck = step.produced < room.count && !step.isAtEnd
            if isStuck, offset == bytes.byteCount { return }
            guard !isStuck || step.consumed > 0 || step.produced > 0 else {
                throw CompressionError(.corrupt, "the stream is damaged: it does not go on; send it again")
            }
        }
    }

    /// Call at the end of the bytes.
    /// - Throws: `corrupt` when the stream is not complete.
    public mutating func finish() throws(CompressionError) {
        guard phase == .between || phase == .padding else {
            throw CompressionError(.corrupt, "the stream ends before it is complete; send it again")
        }
    }

    private func checkSize() throws(CompressionError) {
        guard produced <= limit else {
            throw CompressionError(.tooLarge, "the stream decompresses to more than the \(limit) bytes allowed")
        }
        guard produced <= expansion.beyond || (produced - expansion.beyond) / max(1, expansion.factor) <= consumed
        else {
            throw CompressionError(
                .tooLarge,
                "the stream decompresses to \(produced) bytes out of \(consumed), which is more than any real content does"
            )
        }
    }

    /// Whether `bytes` are padding, which they are once a zero follows a complete gzip member.
    private mutating func skipPadding(_ bytes: RawSpan) throws(CompressionError) -> Bool {
        guard format == .gzip, phase == .between || phase == .padding, bytes.byteCount > 0 else { return false }
        let first = unsafe bytes.unsafeLoad(as: UInt8.self)
        guard first == 0 || phase == .padding else { return false }
        phase = .padding
        guard unsafe bytes.withUnsafeBytes({ unsafe $0.allSatisfy { $0 == 0 } }) else {
            throw CompressionError(.corrupt, "the gzip stream goes on behind its padding; send it again")
        }
        return true
    }

    private mutating func step(_ bytes: RawSpan) throws -> StreamStep {
        switch engine {
        case .gzip(let gzip):
            return try unsafe bytes.withUnsafeBytes { input in
                try unsafe room.withUnsafeMutableBytes { room in
                    try unsafe gzip.step(input, room)
                }
            }
        case .zstd(let zstd):
            return try unsafe bytes.withUnsafeBytes { input in
                try unsafe room.withUnsafeMutableBytes { room in
                    try unsafe zstd.step(input, room)
                }
            }
        }
    }
}
