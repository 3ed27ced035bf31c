import ChunkStore
import Chunking
import Compression
import Logging
import SystemPackage

/// Questions to the index of a real store, and additions to it.
struct IndexWork {
    private let directory: String

    private static let chunkCount = 5_000
    private static let questionCount = 1_000

    init(_ directory: String) {
        self.directory = directory
    }

    var benchmarks: [MicroBenchmark] {
        [
            MicroBenchmark("index.lookup", Self.questionCount, "chunk") {
                let (store, project) = try filled("lookup")
                // Half of what is asked for is there.
                let ids = (0..<Self.questionCount).map { number in
                    Self.chunk(number.isMultiple(of: 2) ? number * 3 : -number).id
                }
                return { _ in try store.missingChunks(ids, in: project).count }
            },
            MicroBenchmark("index.insert", Self.questionCount, "chunk") {
                let (store, project) = try filled("insert")
                return { round in
                    let first = Self.chunkCount + round * Self.questionCount
                    return try Self.add(first..<first + Self.questionCount, to: store, project)
                }
            },
        ]
    }

    private func filled(_ name: String) throws -> (Store, ProjectID) {
        var options = Store.Options()
        // valgrind has room for no more.
        options.indexSizeMaximum = 256 << 20
        let store = try Store(
            opening: FilePath("\(directory)/\(name)"), options: options, logger: Logger(label: "larder-bench"))
        let project = try store.makeProject(named: "bench")
        _ = try Self.add(0..<Self.chunkCount, to: store, project)
        return (store, project)
    }

    /// Stores chunks of 8 bytes, 100 in a frame: how long a chunk is changes nothing in the index.
    private static func add(_ numbers: Range<Int>, to store: Store, _ project: ProjectID) throws -> Int {
        var batch = store.beginFrames(in: project)
        for first in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 100) {
            var builder = FrameBuilder(codec: .stored, target: Frame.rawBytesMaximum)
            for number in first..<min(first + 100, numbers.upperBound) {
                _ = try unsafe builder.add(chunk(number), bytes(number).span.bytes)
            }
            if let frame = try builder.flush() { try batch.append(frame) }
        }
        return try batch.commit()
    }

    private static func bytes(_ number: Int) -> [UInt8] {
        var writer = ByteWriter(capacity: 8)
        writer.writeFixed(UInt64(bitPattern: Int64(number)))
        return writer.bytes
    }

    private static func chunk(_ number: Int) -> ChunkReference {
        ChunkReference(id: Digest(hashing: bytes(number)), length: 8)
    }
}
