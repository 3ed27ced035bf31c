public import Chunking

/// Makes strong frames for the long term: better compressed than those of ``FrameBuilder``, and in delta form when
/// that is clearly smaller. Every frame is decompressed and compared before it is returned.
///
/// Holds the contexts of both directions and three buffers of 1 MiB: some 16 MiB at level 9, 85 MiB at level 19. Keep one
/// for all packing.
public struct FramePacker: ~Copyable, Sendable {
    /// What may be tuned.
    public struct Settings: Hashable, Sendable {
        /// The zstd level of what is kept.
        public var level: Int32 = 9
        /// The zstd level of the trials that decide on the form.
        public var trialLevel: Int32 = 3
        /// How many uncompressed bytes a frame has at most; 1 to ``Frame/rawBytesMaximum``, else the nearer of the two.
        public var target = Frame.rawBytesMaximum
        /// A delta frame, its base table included, may have this share of the plain one's bytes. Per cent.
        public var deltaPercentageMaximum = 80
        /// A frame that keeps more than this share of its bytes is `stored`. Per cent.
        public var plainPercentageMaximum = 97

        /// The settings that measurements led to.
        public init() {}
    }

    private let settings: Settings
    private let target: Int
    private var compressor = BlockCompressor()
    private var decoder = FrameDecoder()
    private var chunks: [ChunkReference] = []
    private var raw: [UInt8] = []

    /// Makes a packer with no chunks in it.
    public init(_ settings: Settings = Settings()) {
        self.settings = settings
        target = min(max(settings.target, 1), Frame.rawBytesMaximum)
    }

    /// How many bytes have been added since the last frame.
    public var rawByteCount: Int { raw.count }

    /// Adds a chunk to the next frame. `false`, and nothing is added, when it does not fit; a chunk alone always does.
    /// - Throws: `failed` when `bytes` are not as long as `chunk` says; `tooLarge` when no frame could hold them.
    public mutating func add(_ chunk: ChunkReference, _ bytes: RawSpan) throws(CompressionError) -> Bool {
        try chunk.checkLength(bytes)
        guard chunks.isEmpty || raw.count + bytes.byteCount <= target, chunks.count < Frame.chunksMaximum else {
            return false
        }
        chunks.append(chunk)
        raw.append(copying: bytes)
        return true
    }

    /// The frame of what was added since the last one; `nil` when that is nothing. What was added is gone afterwards,
    /// whatever happens.
    ///
    /// With a base, both forms are tried at the cheap level, and only the winner is made at the strong one.
    /// - Parameters:
    ///   - base: chunks that resemble those added; they must stay readable without this frame for as long as it is kept.
    ///   - prefix: the bytes of `base`, in its order.
    /// - Throws: `corrupt` when the bytes of a chunk or of the base do not have its digest; `tooLarge` when the base
    ///   exceeds the limits of ``Frame``; `failed` when `prefix` is not as long as the base, or without memory.
    public mutating func pack(
        base: [ChunkReference] = [], prefix: RawSpan = RawSpan()
    ) throws(CompressionError) -> Frame? {
        guard !chunks.isEmpty else { return nil }
        defer {
            chunks.removeAll(keepingCapacity: true)
            raw.removeAll(keepingCapacity: true)
        }
        try Self.check(base, prefix)
        let frame = try form(base: base, prefix: prefix)
        try verify(frame, prefix: prefix)
        return frame
    }

    private mutating func form(base: [ChunkReference], prefix: RawSpan) throws(CompressionError) -> Frame {
        // A second reference, not a copy; it ends before the bytes are cleared.
        let raw = raw
        let bytes = unsafe raw.span.bytes
        let plain = try compressor.zstd(bytes, level: settings.trialLevel)
        if !base.isEmpty {
            let table = base.count * FrameHeader.chunkByteCount
            let delta = try compressor.zstd(bytes, prefix: prefix, level: settings.trialLevel)
            if (table + delta) * 100 <= min(plain, raw.count) * settings.deltaPercentageMaximum {
                let count = try compressor.zstd(bytes, prefix: prefix, level: settings.level)
                if count < raw.count {
                    return Frame(codec: .zstdDelta, chunks: chunks, base: base, payload: compressor.result(count))
                }
            }
        }
        if plain * 100 <= raw.count * settings.plainPercentageMaximum {
            let count = try compressor.zstd(bytes, level: settings.level)
            if count < raw.count { return Frame(codec: .zstd, chunks: chunks, payload: compressor.result(count)) }
        }
        return Frame(codec: .stored, chunks: chunks, payload: raw)
    }

    /// A wrong base would make a frame that nobody can read again, so its digests are compared too.
    private static func check(_ base: [ChunkReference], _ prefix: RawSpan) throws(CompressionError) {
        let count = base.byteCount
        guard base.count <= Frame.baseChunksMaximum, count <= Frame.baseBytesMaximum else {
            throw CompressionError(
                .tooLarge,
                """
                a base of \(count) bytes in \(base.count) chunks exceeds \(Frame.baseBytesMaximum) and \
                \(Frame.baseChunksMaximum)
                """)
        }
        guard prefix.byteCount == count, base.allSatisfy({ $0.length > 0 }) else {
            throw CompressionError(.failed, "a base of \(count) bytes came with \(prefix.byteCount) bytes")
        }
        try base.checkDigests(of: prefix)
    }

    private mutating func verify(_ frame: Frame, prefix: RawSpan) throws(CompressionError) {
        do {
            let needed = frame.base.isEmpty ? RawSpan() : prefix
            try decoder.decode(frame, prefix: needed, verify: true) { _ in }
        } catch let error as CompressionError {
            throw error
        } catch {
            throw CompressionError(.failed, "a frame could not be verified: \(error)")
        }
    }
}
