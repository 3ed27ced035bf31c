import Chunking
import SeededData

/// Cutting and hashing what comes in.
enum ChunkingWork {
    static var benchmarks: [MicroBenchmark] {
        [
            MicroBenchmark("chunker.cut", 2 << 20, "byte") {
                var random = SeededBytes(seed: 1)
                let bytes = random.noise(2 << 20)
                return { _ in
                    var cutter = LayerCutter()
                    var count = 0
                    feed(bytes) { part in cutter.update(part) { _, chunk in count += chunk.byteCount } }
                    _ = cutter.finish { _, chunk in count += chunk.byteCount }
                    return count
                }
            },
            MicroBenchmark("splitter.tar", tar.count, "byte") {
                let tar = tar
                return { _ in
                    var splitter = LayerSplitter()
                    var count = 0
                    feed(tar) { part in splitter.update(part) { _, _ in count += 1 } }
                    let result = splitter.finish { _, _ in count += 1 }
                    return count + (result.entries?.entries.count ?? 0)
                }
            },
            MicroBenchmark("hash.sha256", 1 << 20, "byte") {
                var random = SeededBytes(seed: 3)
                let bytes = random.noise(1 << 20)
                return { _ in
                    var hasher = DigestHasher()
                    feed(bytes) { hasher.update($0) }
                    return Int(hasher.finalize().rawBytes[0])
                }
            },
            MicroBenchmark("hash.content", 1 << 20, "byte") {
                var random = SeededBytes(seed: 4)
                let bytes = random.noise(1 << 20)
                return { _ in
                    var hasher = ContentHasher()
                    feed(bytes) { hasher.update($0) }
                    return Int(hasher.finish().rawBytes[0])
                }
            },
        ]
    }

    /// 200 files of 0 to 16 KiB and one of 512 KiB.
    private static var tar: [UInt8] {
        var random = SeededBytes(seed: 2)
        let sizes = (0..<200).map { _ in Int(random.next() % (16 << 10)) }
        return SeededTar.bytes(ofFiles: sizes + [512 << 10], seed: 2)
    }

    /// Lends the bytes in parts of 64 KiB, as a network brings them.
    private static func feed(_ bytes: [UInt8], _ body: (RawSpan) -> Void) {
        let span = unsafe bytes.span.bytes
        for start in stride(from: 0, to: span.byteCount, by: 64 << 10) {
            body(span.extracting(start..<min(start + 64 << 10, span.byteCount)))
        }
    }
}
