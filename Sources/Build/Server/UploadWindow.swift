internal import Chunking
internal import Compression

/// Some chunks of a layer with their bytes, about which the server is asked at once.
struct UploadWindow: Sendable {
    /// A window is full when it has this many bytes.
    static let byteCount = 4 << 20

    /// Whether the server is known to lack all of it, so that it need not be asked.
    let isMissing: Bool
    private(set) var chunks: [ChunkReference] = []
    private var bytes: [UInt8] = []

    init(isMissing: Bool = false) {
        self.isMissing = isMissing
    }

    var isEmpty: Bool { chunks.isEmpty }
    var isFull: Bool { bytes.count >= Self.byteCount }

    mutating func append(_ chunk: ChunkReference, _ content: RawSpan) {
        if bytes.isEmpty { bytes.reserveCapacity(Self.byteCount + Int(ChunkReference.lengthMaximum)) }
        chunks.append(chunk)
        bytes.append(copying: content)
    }

    /// The chunks at `positions` (ascending) as encoded frames, compressed by zstd at `level`.
    /// - Throws: `CompressionError`.
    func frames(of positions: [Int], level: Int32) throws(CompressionError) -> [UInt8] {
        var builder = FrameBuilder(codec: .zstd, level: level)
        var encoded: [UInt8] = []
        var next = positions[...]
        var offset = 0
        for (position, chunk) in chunks.enumerated() {
            let end = offset + Int(chunk.length)
            if next.first == position {
                next.removeFirst()
                let content = unsafe bytes.span.bytes.extracting(offset..<end)
                if let frame = try builder.add(chunk, content) { frame.encode(into: &encoded) }
            }
            offset = end
        }
        if let frame = try builder.flush() { frame.encode(into: &encoded) }
        return encoded
    }
}
