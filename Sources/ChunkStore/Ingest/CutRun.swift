internal import Chunking

/// Chunks as they were cut, which nobody has named yet, and their bytes one after the other.
struct CutRun: Sendable {
    private(set) var chunks: [(stream: Recipe.Stream, length: Int)] = []
    private(set) var bytes: [UInt8] = []

    /// Whether it is long enough to be handed over: when all of it is new, it makes a frame.
    var isFull: Bool { bytes.count >= FrameContent.byteCountTarget }

    mutating func append(_ chunk: RawSpan, of stream: Recipe.Stream) {
        if chunks.isEmpty { bytes.reserveCapacity(min(FrameContent.byteCountUsual, chunk.byteCount * 16)) }
        chunks.append((stream, chunk.byteCount))
        bytes.append(copying: chunk)
    }
}
