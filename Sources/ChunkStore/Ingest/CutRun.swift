internal import Chunking

/// Chunks as they were cut, which nobody has named yet, and their bytes one after the other.
struct CutRun: Sendable {
    private(set) var chunks: [(stream: Recipe.Stream, length: Int)] = []
    private(set) var bytes: [UInt8] = []

    /// With so many bytes it is long enough to be handed to a thread: when all of it is new, it makes a frame.
    static let byteCountTarget = FrameContent.byteCountTarget

    /// - Parameter target: with how many bytes the run is handed over.
    mutating func append(_ chunk: RawSpan, of stream: Recipe.Stream, target: Int) {
        if chunks.isEmpty {
            bytes.reserveCapacity(max(chunk.byteCount, min(target + target / 4, chunk.byteCount * 16)))
        }
        chunks.append((stream, chunk.byteCount))
        bytes.append(copying: chunk)
    }
}
