internal import Chunking

/// What a frame is made of: chunks, and their bytes one after the other.
struct FrameContent: Sendable {
    /// A frame is made of chunks that have at least this many bytes together.
    static let byteCountTarget = 256 << 10
    /// Few frames have more bytes than this.
    static let byteCountUsual = byteCountTarget + byteCountTarget / 4

    private(set) var chunks: [ChunkReference] = []
    private(set) var bytes: [UInt8] = []

    /// Whether it is enough for a frame.
    var isFull: Bool { bytes.count >= Self.byteCountTarget }

    mutating func append(_ chunk: ChunkReference, _ content: RawSpan) {
        chunks.append(chunk)
        bytes.append(copying: content)
    }

    /// Takes `chunks`, which are all of `content`; without copying when it is empty so far.
    mutating func append(_ chunks: [ChunkReference], _ content: [UInt8]) {
        if self.chunks.isEmpty {
            (self.chunks, bytes) = (chunks, content)
        } else {
            self.chunks += chunks
            bytes += content
        }
    }
}
