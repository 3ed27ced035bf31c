import ArgumentParser
import ChunkStore
import Chunking
import Compression
import Logging
import SystemPackage

/// `store-bench index`: how large the index of a large store is.
///
/// The rows are made by the store itself: it is given frames of as many chunks as a real store of that size has,
/// each chunk 8 bytes long. How long a chunk is changes no row's size, and ids look random whatever they name.
struct IndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index", abstract: "Measures the index of a store of random chunks; prints rows of results.")

    @Option(help: "A directory that does not exist yet.") var root: String
    @Option(help: "Unique data that the store would have. GB.") var gigabytes = 100
    @Option(help: "Bytes in a chunk, on average.") var chunk = 64 << 10
    @Option(help: "Chunks in a frame.") var chunksPerFrame = 4

    private static let framesPerBatch = 1 << 16

    func run() throws {
        guard gigabytes > 0, chunk > 0, 1...Frame.chunksMaximum ~= chunksPerFrame else {
            throw ValidationError("Sizes are positive.")
        }
        let store = try Store(opening: FilePath(root), logger: Logger(label: "store-bench"))
        let project = try store.makeProject(named: "bench")
        let total = gigabytes * 1_000_000_000 / chunk
        var made = 0
        let start = ContinuousClock.now
        while made < total {
            var batch = store.beginFrames(in: project)
            let end = min(made + Self.framesPerBatch * chunksPerFrame, total)
            while made < end {
                let numbers = made..<min(made + chunksPerFrame, end)
                try batch.append(Self.frame(of: numbers))
                made = numbers.upperBound
            }
            _ = try batch.commit()
        }
        let seconds = start.duration(to: .now).seconds
        try report(store, chunks: total, seconds: seconds)
        store.close()
    }

    private func report(_ store: Store, chunks: Int, seconds: Double) throws {
        let index = Double(try Self.byteCount(of: FilePath(root).appending("index").appending("data.mdb")))
        let tebibytes = Double(chunks) * Double(chunk) / Double(1 << 40)
        Row("index-chunks", Double(chunks), "chunks").print()
        Row("index-bytes-per-chunk", index / Double(chunks), "B").print()
        Row("index-per-TiB", index / tebibytes / 1e9, "GB").print()
        Row("index-rows-per-second", Double(chunks) / seconds, "chunks/s").print()
        Row("index-resident-anonymous", Double(try Memory.anonymous()) / 1e6, "MB").print()
    }

    /// A frame of the chunks whose bytes are `numbers`.
    private static func frame(of numbers: Range<Int>) throws -> Frame {
        var builder = FrameBuilder(codec: .stored, target: Frame.rawBytesMaximum)
        for number in numbers {
            var writer = ByteWriter(capacity: 8)
            writer.writeFixed(UInt64(number))
            let bytes = writer.bytes
            let chunk = ChunkReference(id: Digest(hashing: bytes), length: UInt32(bytes.count))
            _ = try unsafe builder.add(chunk, bytes.span.bytes)
        }
        guard let frame = try builder.flush() else { throw BenchError("a frame has at least one chunk") }
        return frame
    }

    private static func byteCount(of path: FilePath) throws -> Int {
        let file = try FileDescriptor.open(path, .readOnly)
        defer { try? file.close() }
        return Int(try file.seek(offset: 0, from: .end))
    }
}
