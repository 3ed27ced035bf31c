internal import Chunking

/// What a frame is made of: chunks, and their bytes one after the other.
struct FrameContent: Sendable {
    /// A frame is made of chunks that have at least this many bytes together.
    static let byteCountTarget = 256 << 10

    private(set) var chunks: [ChunkReference] = []
    private(set) var bytes: [UInt8] = []

    /// Whether it is enough for a frame.
    var isFull: Bool { bytes.count >= Self.byteCountTarget }

    mutating func append(_ chunk: ChunkReference, _ content: RawSpan) {
        if chunks.isEmpty { bytes.reserveCapacity(Self.byteCountTarget + Self.byteCountTarget / 4) }
        chunks.append(chunk)
        bytes.append(copying: content)
    }
}
