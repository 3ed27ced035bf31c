import Chunking
import Compression
import SeededData

/// A layer ready to be sent, as a client sends it.
struct SampleLayer: Sendable {
    let recipe: Recipe
    /// Frames of its chunks, encoded, in requests of about 4 MiB.
    let frames: [[UInt8]]

    /// The bytes of the layer.
    var byteCount: Double { Double(recipe.size) }

    /// The bytes of its frames.
    var frameBytes: Double { Double(frames.reduce(0) { $0 + $1.count }) }

    /// Its chunks, each once.
    var chunks: [Digest] { Array(Set((recipe.headers + recipe.payload).map(\.id))) }

    /// Files of 0 to 64 KiB, every other one of which is text, of about `byteCount` bytes in all. Whether the first one is text depends
    /// on the seed, so that small layers compress like large ones on average.
    init(byteCount: Int, seed: UInt64) throws {
        var random = SeededBytes(seed: seed)
        var sizes: [Int] = []
        var left = byteCount - 1024
        if seed % 2 == 1 {
            sizes.append(0)
            left -= 512
        }
        while left > 1024 {
            let size = min(left - 512, Int(random.next() % (64 << 10)))
            sizes.append(size)
            left -= 512 + (size + 511) / 512 * 512
        }
        try self.init(SeededTar.bytes(ofFiles: sizes, seed: seed))
    }

    private init(_ tar: [UInt8]) throws {
        var splitter = LayerSplitter()
        var builder = FrameBuilder(codec: .zstd, level: 1)
        var seen: Set<Digest> = []
        var requests: [[UInt8]] = [[]]
        func add(_ frame: Frame?) {
            guard let frame else { return }
            if let last = requests.last, last.count > 4 << 20 { requests.append([]) }
            frame.encode(into: &requests[requests.count - 1])
        }
        func take(_ chunk: ChunkReference, _ bytes: RawSpan) throws {
            if seen.insert(chunk.id).inserted { add(try builder.add(chunk, bytes)) }
        }
        try unsafe splitter.update(tar.span.bytes, onChunk: take)
        recipe = try splitter.finish(onChunk: take).recipe
        add(try builder.flush())
        frames = requests.filter { !$0.isEmpty }
    }
}
