import Chunking
import TestSupport
import Testing

@testable import Build

@Suite("A layer is scanned by two threads")
struct LayerScanTests {
    @Test("What they find is what one finds", arguments: seeds, [1000, 1 << 18])
    func sameResult(seed: UInt64, parts: Int) async throws {
        var random = SeededGenerator(seed: seed)
        let files = (0..<20).map { number in
            var (entry, _) = LayerTools.file("files/\(number)")
            entry.mtimeSeconds = Int64(Int.random(in: 0..<(1 << 30), using: &random))
            return (entry: entry, bytes: random.bytes(Int.random(in: 0..<400_000, using: &random)))
        }
        let tar = try LayerTools.tar(files)
        var splitter = LayerSplitter()
        unsafe splitter.update(tar.span.bytes) { _, _ in }
        let expected = splitter.finish { _, _ in }
        let found = try await LayerScan.scan(LayerTools.source(tar, parts: parts))
        #expect(found.recipe == expected.recipe)
        #expect(found.entries == expected.entries)
        #expect(found.recipe.digest == Digest(hashing: tar))
    }

    private struct Broken: Error {}

    @Test("A source that fails ends both")
    func failingSource() async throws {
        let tar = try LayerTools.tar([LayerTools.file("a", String(repeating: "a", count: 5_000_000))])
        await #expect(throws: Broken.self) {
            _ = try await LayerScan.scan { write in
                try LayerTools.source(tar)(write)
                throw Broken()
            }
        }
    }

    @Test("Broken off, many scans of endless sources end", arguments: 1...8)
    func brokenOff(round: Int) async throws {
        let scans = (0..<12).map { _ in
            Task {
                try await LayerScan.scan { write in
                    let part = [UInt8](repeating: 1, count: 1 << 18)
                    while true { try unsafe write(part.span.bytes) }
                }
            }
        }
        for _ in 0..<(round * 100) { await Task.yield() }
        for scan in scans { scan.cancel() }
        for scan in scans {
            await #expect(throws: CancellationError.self) { _ = try await scan.value }
        }
    }
}
