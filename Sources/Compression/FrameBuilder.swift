public import Chunking

/// Gathers chunks into frames and compresses them. Holds the codec's context, so keep one per thread of work.
public struct FrameBuilder: ~Copyable, Sendable {
    private let codec: Codec
    private let target: Int
    private var compressor: BlockCompressor
    private var chunks: [ChunkReference] = []
    private var raw: [UInt8] = []

    /// - Parameters:
    ///   - codec: `zstd` or `lz4`; a frame that does not shrink is `stored`. There is no base, so `zstdDelta` is taken
    ///     as `zstd`.
    ///   - level: the zstd level.
    ///   - target: a frame is closed when it has at least this many uncompressed bytes; 1 to
    ///     ``Frame/rawBytesMaximum``, else the nearer of the two.
    public init(codec: Codec, level: Int32 = 1, target: Int = 256 << 10) {
        self.codec = codec == .zstdDelta ? .zstd : codec
        self.target = min(max(target, 1), Frame.rawBytesMaximum)
        compressor = BlockCompressor(level: level)
    }

    /// Adds a chunk; returns the frame that it completes, if it does: the one it ends, or, when it does not fit
    /// the limits of ``Frame`` together with those before it, the frame of those before.
    /// - Throws: `failed` when `bytes` are not as long as `chunk` says; `tooLarge` when no frame could hold them.
    public mutating func add(_ chunk: ChunkReference, _ bytes: RawSpan) throws(CompressionError) -> Frame? {
        guard bytes.byteCount == Int(chunk.length), chunk.length > 0 else {
            throw CompressionError(
                .failed, "chunk \(chunk.id.short) should have \(chunk.length) bytes but came with \(bytes.byteCount)")
        }
        guard bytes.byteCount <= Frame.rawBytesMaximum else {
            throw CompressionError(
                .tooLarge, "a chunk of \(bytes.byteCount) bytes does not fit a frame of \(Frame.rawBytesMaximum)")
        }
        var completed: Frame?
        if raw.count + bytes.byteCount > Frame.rawBytesMaximum || chunks.count == Frame.chunksMaximum {
            completed = try flush()
        }
        chunks.append(chunk)
        raw.append(copying: bytes)
        // A chunk that pushed a frame out may be a whole frame itself; it then leaves with the next call.
        if completed == nil, raw.count >= target { completed = try flush() }
        return completed
    }

    /// The frame of what was added since the last one; `nil` when that is nothing.
    public mutating func flush() throws(CompressionError) -> Frame? {
        guard !chunks.isEmpty else { return nil }
        let compressed = try compressor.compress(raw, codec: codec)
        let frame =
            if let compressed {
                Frame(codec: codec, chunks: chunks, payload: compressed)
            } else {
                Frame(codec: .stored, chunks: chunks, payload: raw)
            }
        chunks.removeAll(keepingCapacity: true)
        raw.removeAll(keepingCapacity: true)
        return frame
    }
}
