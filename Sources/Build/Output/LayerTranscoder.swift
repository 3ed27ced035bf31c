internal import Chunking
internal import Compression
internal import OCI

/// Turns a layer from one compression into another, as it comes. The same layer gives the same bytes with the same
/// libraries, however it is cut into parts: registries then have it already.
struct LayerTranscoder: ~Copyable {
    /// The encoder gets parts of this many bytes, for its output depends on where they end.
    private static let partByteCount = 1 << 20

    private var decoder: StreamDecoder?
    private var encoder: StreamEncoder?
    private var part: [UInt8] = []
    private var hasher = DigestHasher()
    private var count: UInt64 = 0

    /// - Throws: `io` when there is no memory.
    init(from format: LayerFormat, to compression: LayerCompression) throws(BuildError) {
        do {
            decoder =
                switch format {
                case .uncompressed: nil
                case .gzip: try StreamDecoder(.gzip)
                case .zstd: try StreamDecoder(.zstd)
                }
            encoder =
                switch compression.format {
                case .uncompressed: nil
                case .gzip: try StreamEncoder(.gzip, level: compression.level)
                case .zstd: try StreamEncoder(.zstd, level: compression.level)
                }
        } catch {
            throw BuildError(.io, "A layer cannot be compressed: \(error.description).", cause: error)
        }
    }

    /// Takes the next bytes; what comes out goes to `sink`.
    /// - Throws: `corrupt` when they are not what they should be, or what `sink` throws.
    mutating func update(_ bytes: RawSpan, to sink: (RawSpan) throws -> Void) throws {
        guard var decoder = decoder.take() else { return try take(bytes, sink) }
        do {
            try decoder.update(bytes) { try take($0, sink) }
        } catch let error as CompressionError {
            throw BuildError(.corrupt, "A layer cannot be decompressed: \(error.description).", cause: error)
        }
        self.decoder = consume decoder
    }

    /// Ends the layer; to be called once.
    /// - Returns: the digest and the length of all that came out. Bytes.
    mutating func finish(to sink: (RawSpan) throws -> Void) throws -> (digest: Digest, size: UInt64) {
        do throws(CompressionError) {
            if var decoder = decoder.take() { try decoder.finish() }
        } catch {
            throw BuildError(.corrupt, "A layer ends too early: \(error.description).", cause: error)
        }
        try encode(sink)
        if var encoder = encoder.take() { try encoder.finish { try put($0, sink) } }
        return (hasher.finalize(), count)
    }

    private mutating func take(_ bytes: RawSpan, _ sink: (RawSpan) throws -> Void) throws {
        var offset = 0
        while offset < bytes.byteCount {
            let end = min(bytes.byteCount, offset + Self.partByteCount - part.count)
            part.append(copying: bytes.extracting(offset..<end))
            offset = end
            if part.count == Self.partByteCount { try encode(sink) }
        }
    }

    private mutating func encode(_ sink: (RawSpan) throws -> Void) throws {
        var full: [UInt8] = []
        swap(&full, &part)
        if var encoder = encoder.take() {
            try unsafe encoder.update(full.span.bytes) { try put($0, sink) }
            self.encoder = consume encoder
        } else {
            try unsafe put(full.span.bytes, sink)
        }
        full.removeAll(keepingCapacity: true)
        part = full
    }

    private mutating func put(_ bytes: RawSpan, _ sink: (RawSpan) throws -> Void) throws {
        hasher.update(bytes)
        count += UInt64(bytes.byteCount)
        try sink(bytes)
    }
}
