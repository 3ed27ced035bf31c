public import Chunking

/// Gathers chunks into frames and compresses them. Holds the codec's context, so keep one per thread of work.
public struct FrameBuilder: ~Copyable, Sendable {
    private let codec: Codec
    private let level: Int32
    private let target: Int
    private var compressor = BlockCompressor()
    private var probe = ShrinkProbe()
    private var chunks: [ChunkReference] = []
    private var raw: [UInt8] = []

    /// - Parameters:
    ///   - codec: `zstd` or `lz4`; a frame that does not shrink, or whose samples do not, is `stored`. There is no
    ///     base, so `zstdDelta` is taken as `zstd`.
    ///   - level: the zstd level. For lz4 only negative ones differ from the default: -2 and below trade size for speed.
    ///   - target: a frame is closed when it has at least this many uncompressed bytes; 1 to
    ///     ``Frame/rawBytesMaximum``, else the nearer of the two.
    public init(codec: Codec, level: Int32 = 1, target: Int = 256 << 10) {
        self.codec = codec == .zstdDelta ? .zstd : codec
        self.target = min(max(target, 1), Frame.rawBytesMaximum)
        self.level = level
    }

    /// Adds a chunk; returns the frame that it completes, if it does: the one it ends, or, when it does not fit
    /// the limits of ``Frame`` together with those before it, the frame of those before.
    /// - Throws: `failed` when `bytes` are not as long as `chunk` says; `tooLarge` when no frame could hold them.
    public mutating func add(_ chunk: ChunkReference, _ bytes: RawSpan) throws(CompressionError) -> Frame? {
        try chunk.checkLength(bytes)
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
        let frame = try frameOfAdded()
        chunks.removeAll(keepingCapacity: true)
        raw.removeAll(keepingCapacity: true)
        return frame
    }

    private mutating func frameOfAdded() throws(CompressionError) -> Frame {
        // A second reference, not a copy; it ends with the call, before the bytes are cleared.
        let raw = raw
        return try unsafe frame(of: chunks, raw.span.bytes)
    }

    /// A frame of `chunks`, whose bytes are `raw`, one after the other. For those who gather on another thread: nothing is
    /// checked, and neither the target nor what was added matters.
    public mutating func frame(of chunks: [ChunkReference], _ raw: RawSpan) throws(CompressionError) -> Frame {
        if let payload = try compressed(raw) { return Frame(codec: codec, chunks: chunks, payload: payload) }
        return Frame(codec: .stored, chunks: chunks, payload: [UInt8](copying: raw))
    }

    /// The compressed form of `raw`; `nil` when it would not be shorter.
    private mutating func compressed(_ raw: RawSpan) throws(CompressionError) -> [UInt8]? {
        guard codec != .stored, probe.mayShrink(raw) else { return nil }
        let count =
            switch codec {
            case .lz4: try compressor.lz4(raw, level: level)
            default: try compressor.zstd(raw, level: level)
            }
        return count < raw.byteCount ? compressor.result(count) : nil
    }
}
