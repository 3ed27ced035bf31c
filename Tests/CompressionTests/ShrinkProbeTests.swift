import Chunking
import TestSupport
import Testing

@testable import Compression

@Suite("Shrink probe")
struct ShrinkProbeTests {
    private func mayShrink(_ bytes: [UInt8]) -> Bool {
        var probe = ShrinkProbe()
        return unsafe probe.mayShrink(bytes.span.bytes)
    }

    @Test("random and compressed bytes are not worth it", arguments: seeds)
    func incompressible(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for count in [ShrinkProbe.byteCountMinimum, 100_001, 1 << 20] {
            #expect(!mayShrink(generator.bytes(count)))
        }
        var text: [UInt8] = []
        while text.count < 1_000_000 { text += Array("\(UInt8.random(in: 0...255, using: &generator)) ".utf8) }
        var compressor = BlockCompressor()
        let count = try unsafe compressor.zstd(text.span.bytes, level: 9)
        #expect(count > 2 * ShrinkProbe.byteCountMinimum)
        #expect(!mayShrink(compressor.result(count)))
    }

    @Test("whatever has fewer values or repeats may shrink", arguments: seeds)
    func compressible(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let random = generator.bytes(256 << 10)
        #expect(mayShrink(random.map { $0 & 0x7f }), "seven bits of eight")
        let stretch = generator.bytes(700)
        #expect(mayShrink(Array((0..<400).map { _ in stretch }.joined())), "a stretch again and again")
        #expect(mayShrink([UInt8](repeating: 0, count: 256 << 10)))
        #expect(mayShrink(Array(random.prefix(64 << 10)) + [UInt8](repeating: 7, count: 20_000)), "a part")
        #expect(mayShrink(Array(random.prefix(ShrinkProbe.byteCountMinimum - 1))), "too short for a doubt")
    }

    @Test("a builder stores what the probe refuses, though it repeats from afar", arguments: [Codec.zstd, .lz4])
    func builder(codec: Codec) throws {
        var generator = SeededGenerator(seed: 1)
        let half = generator.bytes(50_000)
        let twice = ChunkedBytes(chunks: [half, half])
        #expect(try twice.frames(codec).map(\.codec) == [.stored])
    }
}
