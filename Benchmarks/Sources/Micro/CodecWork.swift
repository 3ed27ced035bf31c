import Chunking
import Compression
import SeededData

/// Compressing, decompressing, writing and reading what is stored.
enum CodecWork {
    static var benchmarks: [MicroBenchmark] {
        [
            compression("codec.lz4.compress", .lz4, level: -16),
            decompression("codec.lz4.decompress", .lz4, level: -16),
            compression("codec.zstd.compress", .zstd, level: 3),
            decompression("codec.zstd.decompress", .zstd, level: 3),
            coding("recipe.write", chunkCount, "chunk", recipe) { $0.encoded().count },
            coding("recipe.read", chunkCount, "chunk", { recipe().encoded() }) {
                try unsafe Recipe(decoding: $0.span.bytes).payload.count
            },
            coding("entries.write", entryCount, "row", entries) { $0.encoded().count },
            coding("entries.read", entryCount, "row", { entries().encoded() }) {
                try unsafe EntryTable(decoding: $0.span.bytes).entries.count
            },
        ]
    }

    private static let frameCount = 4
    private static let frameBytes = 256 << 10
    private static let chunkCount = 2_000
    private static let entryCount = 1_000

    private static func coding<Input>(
        _ name: String, _ units: Int, _ unit: String, _ input: @escaping () -> Input,
        _ work: @escaping (Input) throws -> Int
    ) -> MicroBenchmark {
        MicroBenchmark(name, units, unit) {
            let input = input()
            return { _ in try work(input) }
        }
    }

    private static func compression(_ name: String, _ codec: Codec, level: Int32) -> MicroBenchmark {
        MicroBenchmark(name, frameCount * frameBytes, "byte") {
            let chunks = chunks()
            return { _ in try frames(of: chunks, codec, level).reduce(0) { $0 + $1.payload.count } }
        }
    }

    private static func decompression(_ name: String, _ codec: Codec, level: Int32) -> MicroBenchmark {
        MicroBenchmark(name, frameCount * frameBytes, "byte") {
            let frames = try frames(of: chunks(), codec, level)
            return { _ in
                var decoder = FrameDecoder()
                return try frames.reduce(0) { sum, frame in
                    try decoder.decode(frame, verify: false) { sum + $0.byteCount }
                }
            }
        }
    }

    /// Four frames' worth of chunks of 64 KiB, three quarters of which are text.
    private static func chunks() -> [[UInt8]] {
        var random = SeededBytes(seed: 5)
        return (0..<frameCount * frameBytes / (64 << 10)).map { number in
            number % 4 == 3 ? random.noise(64 << 10) : random.text(64 << 10)
        }
    }

    private static func frames(of chunks: [[UInt8]], _ codec: Codec, _ level: Int32) throws -> [Frame] {
        var builder = FrameBuilder(codec: codec, level: level, target: frameBytes)
        var frames: [Frame] = []
        let nameless = Digest(hashing: [UInt8]())
        for chunk in chunks {
            // What a chunk is called is not looked at here, and hashing it is measured elsewhere.
            let reference = ChunkReference(id: nameless, length: UInt32(chunk.count))
            if let frame = try unsafe builder.add(reference, chunk.span.bytes) { frames.append(frame) }
        }
        if let frame = try builder.flush() { frames.append(frame) }
        return frames
    }

    private static func recipe() -> Recipe {
        var random = SeededBytes(seed: 6)
        let chunks = (0..<chunkCount).map { _ in ChunkReference(id: random.digest(), length: 51 << 10) }
        let size = UInt64(chunkCount * 51 << 10)
        return Recipe(
            parameters: ChunkParameters.v1.id, digest: random.digest(), size: size, headers: [], payload: chunks,
            extents: [Recipe.Extent(stream: .payload, length: size)])
    }

    static func entries() -> EntryTable {
        var random = SeededBytes(seed: 7)
        return EntryTable(
            entries: (0..<entryCount).map { number in
                Entry(
                    path: LayerPath("usr/lib/python3/part-\(number / 50)/module_\(number).py"), kind: .file,
                    mode: 0o644,
                    size: random.next() % 20_000, mtimeSeconds: 1_700_000_000, content: random.digest())
            })
    }
}
