import Chunking
import TestSupport
import Testing

@testable import Compression

@Suite("Frame packer")
struct FramePackerTests {
    /// The frame that a packer makes of `chunks`.
    private func pack(
        _ chunks: ChunkedBytes, base: ChunkedBytes? = nil, _ settings: FramePacker.Settings = .init()
    ) throws -> Frame {
        var packer = FramePacker(settings)
        for chunk in chunks.chunks {
            let fits = try unsafe packer.add(chunk.reference, chunk.bytes.span.bytes)
            #expect(fits)
        }
        let prefix = base?.bytes ?? []
        let references = base?.chunks.map(\.reference) ?? []
        return try #require(try unsafe packer.pack(base: references, prefix: prefix.span.bytes))
    }

    @Test("a frame like its base becomes a delta, which only its base decodes", arguments: seeds)
    func delta(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let old = ChunkedBytes(count: 300_000, longest: 60_000, random: true, &generator)
        let new = old.edited(every: 10_000, &generator)
        let frame = try pack(new, base: old)
        #expect(frame.codec == .zstdDelta)
        #expect(frame.chunks == new.chunks.map(\.reference) && frame.base == old.chunks.map(\.reference))
        #expect(frame.payload.count < 3000)
        #expect(frame.baseByteCount == 300_000)
        #expect(try decoded(frame, prefix: old.bytes) == new.bytes)
        #expect(code { _ = try decoded(frame) } == .failed, "no base")
        #expect(code { _ = try decoded(frame, prefix: Array(old.bytes.dropLast())) } == .failed, "a short base")
        #expect(code { _ = try decoded(frame, prefix: new.bytes.reversed()) } == .corrupt, "another base")
        // The decoder goes on after a failure, and without the base.
        var decoder = FrameDecoder()
        let wrong = [UInt8](repeating: 0, count: frame.baseByteCount)
        #expect(throws: CompressionError.self) {
            try unsafe decoder.decode(frame, prefix: wrong.span.bytes, verify: true) { _ in }
        }
        let plain = try pack(ChunkedBytes(count: 5000, longest: 900, &generator))
        #expect(try decoder.decode(plain, verify: true) { $0.byteCount } == 5000)
    }

    @Test("damaged deltas are refused", arguments: seeds)
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let old = ChunkedBytes(count: 5000, longest: 2000, random: true, &generator)
        let new = old.edited(every: 500, &generator)
        let frame = try pack(new, base: old)
        #expect(frame.codec == .zstdDelta)
        for _ in 0..<500 {
            let payload = generator.mutated(frame.payload)
            let damaged = Frame(codec: .zstdDelta, chunks: frame.chunks, base: frame.base, payload: payload)
            if let bytes = try? decoded(damaged, prefix: old.bytes) { #expect(bytes == new.bytes) }
        }
    }

    @Test("a base that does not help is not used")
    func uselessBase() throws {
        var generator = SeededGenerator(seed: 1)
        let chunks = ChunkedBytes(count: 100_000, longest: 9000, &generator)
        let base = ChunkedBytes(count: 100_000, longest: 9000, &generator)
        let frame = try pack(chunks, base: base)
        #expect(frame.codec == .zstd && frame.base.isEmpty)
        #expect(try decoded(frame) == chunks.bytes)
        let random = ChunkedBytes(count: 100_000, longest: 9000, random: true, &generator)
        #expect(try pack(random, base: base).codec == .stored)
        // What compresses well anyhow gains less than the table of many small chunks costs.
        let zeros = ChunkedBytes(chunks: (0..<20).map { _ in [UInt8](repeating: 0, count: 5000) })
        #expect(try pack(zeros, base: zeros).codec == .zstd)
    }

    @Test("the share that a delta may have is a setting")
    func threshold() throws {
        var generator = SeededGenerator(seed: 2)
        let old = ChunkedBytes(count: 100_000, longest: 60_000, random: true, &generator)
        let other = ChunkedBytes(count: 100_000, longest: 60_000, random: true, &generator)
        let half = ChunkedBytes(chunks: [Array(old.bytes.prefix(50_000)), Array(other.bytes.prefix(50_000))])
        #expect(try pack(half, base: old).codec == .zstdDelta)
        var settings = FramePacker.Settings()
        settings.deltaPercentageMaximum = 40
        #expect(try pack(half, base: old, settings).codec == .stored)
    }

    @Test("a whole frame refers to the beginning of the longest base")
    func longestBase() throws {
        var generator = SeededGenerator(seed: 3)
        let base = ChunkedBytes(chunks: (0..<4).map { _ in generator.bytes(1 << 20) })
        let frame = try pack(ChunkedBytes(chunks: [base.chunks[0].bytes]), base: base)
        #expect(frame.codec == .zstdDelta && frame.payload.count < 2000)
        #expect(try decoded(frame, prefix: base.bytes) == base.chunks[0].bytes)
        let tooLong = ChunkedBytes(chunks: base.chunks.map(\.bytes) + [[1]])
        #expect(code { _ = try pack(base.part(0..<1), base: tooLong) } == .tooLarge)
    }

    @Test("bytes and base must be what they are called")
    func wrongContent() throws {
        var generator = SeededGenerator(seed: 4)
        let old = ChunkedBytes(count: 50_000, longest: 9000, random: true, &generator)
        var wrong = old
        wrong.chunks[1].bytes[0] ^= 1
        #expect(code { _ = try pack(wrong) } == .corrupt)
        #expect(code { _ = try pack(old, base: wrong) } == .corrupt)
        var short = old
        short.chunks[0].bytes.removeLast()
        #expect(code { _ = try pack(old, base: short) } == .failed)
        #expect(code { _ = try pack(short) } == .failed)
    }

    @Test("a packer takes chunks up to its target and is empty after each frame")
    func filling() throws {
        var generator = SeededGenerator(seed: 5)
        let input = ChunkedBytes(count: 500_000, longest: 30_000, &generator)
        var settings = FramePacker.Settings()
        settings.target = 100_000
        var packer = FramePacker(settings)
        var frames: [Frame] = []
        for chunk in input.chunks {
            if try unsafe packer.add(chunk.reference, chunk.bytes.span.bytes) { continue }
            #expect((70_000...100_000).contains(packer.rawByteCount))
            if let frame = try packer.pack() { frames.append(frame) }
            #expect(packer.rawByteCount == 0)
            let fits = try unsafe packer.add(chunk.reference, chunk.bytes.span.bytes)
            #expect(fits)
        }
        if let frame = try packer.pack() { frames.append(frame) }
        #expect(try packer.pack() == nil)
        #expect(frames.flatMap(\.chunks) == input.chunks.map(\.reference))
        #expect(try frames.flatMap { try decoded($0) } == input.bytes)
    }

    @Test("a stronger level is smaller than the builder's")
    func strength() throws {
        let bytes = Array((0..<20_000).map { "\($0 * $0) is the square of \($0)\n" }.joined().utf8.prefix(400_000))
        let chunks = ChunkedBytes(chunks: [bytes])
        var settings = FramePacker.Settings()
        settings.level = 19
        let strong = try pack(chunks, settings)
        let weak = try #require(try chunks.frames(.zstd, target: 1 << 20).first)
        #expect(strong.codec == .zstd && strong.payload.count < weak.payload.count)
    }
}
