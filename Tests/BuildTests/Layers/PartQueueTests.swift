import Chunking
import TestSupport
import Testing

@testable import Build

@Suite("Bytes go from one thread to another")
struct PartQueueTests {
    /// Begins to read on a thread of its own.
    private func begin(_ queue: PartQueue, upTo count: Int = .max) -> Task<[UInt8], any Error> {
        Task {
            try await BlockingThreads.run {
                defer { queue.abandon() }
                var bytes: [UInt8] = []
                try queue.source { part in
                    bytes.append(copying: part)
                    if bytes.count >= count { throw Enough() }
                }
                return bytes
            }
        }
    }

    private struct Enough: Error {}

    private func put(_ bytes: [UInt8], into queue: PartQueue) async throws {
        let source = LayerTools.source(bytes, parts: 1000)
        try await BlockingThreads.run { try source { queue.put($0) } }
    }

    @Test("All of them, in order", arguments: seeds)
    func allBytes(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let bytes = random.bytes(100_000)
        let queue = PartQueue()
        let reader = begin(queue)
        try await put(bytes, into: queue)
        queue.end()
        let read = try await reader.value
        #expect(read == bytes)
    }

    @Test("Whoever reads no more does not stop the writer")
    func abandoned() async throws {
        let queue = PartQueue()
        let reader = begin(queue, upTo: 3000)
        try await put([UInt8](repeating: 1, count: 100_000), into: queue)
        queue.end()
        await #expect(throws: Enough.self) { _ = try await reader.value }
    }

    @Test("Whoever breaks off has the reader end with an error")
    func brokenOff() async throws {
        let queue = PartQueue()
        let reader = begin(queue)
        try await put([1, 2, 3], into: queue)
        queue.abandon()
        await #expect(throws: CancellationError.self) { _ = try await reader.value }
    }
}
