import Chunking
import TestSupport
import Testing

@testable import Build

@Suite("Layers whose recipe is known")
struct RecipeCutterTests {
    /// Whatever the parts are in which the bytes come, the chunks are those of the splitter.
    @Test("Chunks are cut as they were before", arguments: [1, 2, UInt64.random(in: 3 ... .max)])
    func chunks(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let tar = try RandomTree(&random).tar()
        var expected: [Digest: [UInt8]] = [:]
        var splitter = LayerSplitter()
        unsafe splitter.update(tar.span.bytes) { chunk, bytes in
            expected[chunk.id] = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
        }
        let recipe = splitter.finish { chunk, bytes in
            expected[chunk.id] = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
        }.recipe
        let wanted = Set(expected.keys.filter { _ in Bool.random(using: &random) })
        var cutter = RecipeCutter(recipe, wanted: wanted)
        var found: [Digest: [UInt8]] = [:]
        var offset = 0
        while offset < tar.count {
            let end = min(tar.count, offset + Int.random(in: 1...200_000, using: &random))
            unsafe cutter.update(tar.span.bytes.extracting(offset..<end)) { chunk, bytes in
                #expect(found[chunk.id] == nil, "seed \(seed): a chunk twice")
                found[chunk.id] = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
            }
            offset = end
        }
        #expect(found == expected.filter { wanted.contains($0.key) }, "seed \(seed)")
    }
}
