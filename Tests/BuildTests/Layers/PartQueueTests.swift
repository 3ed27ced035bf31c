import Chunking
import TestSupport
import Testing

@testable import Build

@Suite("Bytes go from one thread to another")
struct PartQueueTests {
    @Test("All of them, in order", arguments: seeds)
    func allBytes(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let bytes = random.bytes(100_000)
        let queue = PartQueue()
        async let read = BlockingThreads.run { try LayerTools.bytes(of: queue.source) }
        try await BlockingThreads.run {
            try LayerTools.source(bytes, parts: 1000) { queue.put($0) }
            queue.end()
        }
        #expect(try await read == bytes)
    }

    @Test("Whoever reads no more does not stop the writer")
    func abandoned() async throws {
        struct Enough: Error {}
        let queue = PartQueue()
        async let read: Void = BlockingThreads.run {
            defer { queue.abandon() }
            try queue.source { _ in throw Enough() }
        }
        try await BlockingThreads.run {
            try LayerTools.source([UInt8](repeating: 1, count: 100_000), parts: 1000) { queue.put($0) }
            queue.end()
        }
        await #expect(throws: Enough.self) { try await read }
    }

    @Test("Whoever breaks off has the reader end with an error")
    func brokenOff() async throws {
        let queue = PartQueue()
        async let read = BlockingThreads.run { try LayerTools.bytes(of: queue.source) }
        try await BlockingThreads.run {
            try LayerTools.source([1, 2, 3]) { queue.put($0) }
            queue.abandon()
        }
        await #expect(throws: CancellationError.self) { try await read }
    }
}
