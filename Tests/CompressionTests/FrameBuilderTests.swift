import Chunking
import TestSupport
import Testing

@testable import Compression

@Suite("Frame builder and decoder")
struct FrameBuilderTests {
    @Test("chunks come back in order, whatever the codec", arguments: plainCodecs, seeds)
    func roundTrip(codec: Codec, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for target in [1, 5000, 1 << 20] {
            let input = ChunkedBytes(count: 200_000, longest: 9000, &generator)
            let frames = try input.frames(codec, target: target)
            #expect(frames.flatMap(\.chunks) == input.chunks.map(\.reference))
            #expect(try frames.flatMap { try decoded($0) } == input.bytes)
            // What is short may not shrink, as the last frame may not.
            #expect(frames.allSatisfy { $0.rawByteCount < 2000 || $0.codec == codec })
        }
    }

    @Test("what does not shrink is stored", arguments: [Codec.zstd, .lz4])
    func incompressible(codec: Codec) throws {
        var generator = SeededGenerator(seed: 1)
        let input = ChunkedBytes(count: 100_000, longest: 9000, random: true, &generator)
        let frames = try input.frames(codec)
        #expect(frames.map(\.codec) == [.stored])
        #expect(frames.first?.payload == input.bytes)
        #expect(try decoded(frames[0]) == input.bytes)
    }

    @Test("a frame closes at its target and never exceeds the limits")
    func limits() throws {
        var generator = SeededGenerator(seed: 2)
        let small = try ChunkedBytes(count: 1 << 20, longest: 60_000, &generator).frames(.lz4)
        for frame in small.dropLast() {
            #expect((256 << 10..<(316 << 10)).contains(frame.rawByteCount))
        }
        let many = try ChunkedBytes(count: 10_000, longest: 1, &generator).frames(.lz4)
        #expect(many.map(\.chunks.count) == [4096, 4096, 1808])
        // Small ones before a chunk that fills a frame on its own.
        let bytes = [UInt8](repeating: 1, count: Frame.rawBytesMaximum)
        let full = ChunkReference(id: Digest(hashing: bytes), length: UInt32(bytes.count))
        var builder = FrameBuilder(codec: .zstd, target: .max)
        let byte: [UInt8] = [1]
        let one = ChunkReference(id: Digest(hashing: byte), length: 1)
        #expect(try unsafe builder.add(one, byte.span.bytes) == nil)
        #expect(try unsafe builder.add(full, bytes.span.bytes)?.chunks == [one])
        #expect(try unsafe builder.add(one, byte.span.bytes)?.chunks == [full])
        #expect(try builder.flush()?.chunks == [one])
        #expect(try builder.flush() == nil)
    }

    @Test("a chunk must have the length it is said to have")
    func wrongLength() throws {
        var builder = FrameBuilder(codec: .zstd)
        let bytes: [UInt8] = [1, 2, 3]
        let chunk = ChunkReference(id: Digest(hashing: bytes), length: 2)
        #expect(code { _ = try unsafe builder.add(chunk, bytes.span.bytes) } == .failed)
        let huge = [UInt8](repeating: 0, count: Frame.rawBytesMaximum + 1)
        let long = ChunkReference(id: Digest(hashing: huge), length: UInt32(huge.count))
        #expect(code { _ = try unsafe builder.add(long, huge.span.bytes) } == .tooLarge)
    }

    @Test("a frame whose bytes are not its chunks' is corrupt", arguments: plainCodecs)
    func wrongDigest(codec: Codec) throws {
        var generator = SeededGenerator(seed: 3)
        let frame = try ChunkedBytes(count: 10_000, longest: 3000, &generator).frames(codec)[0]
        var chunks = frame.chunks
        chunks[1] = ChunkReference(id: Digest(hashing: [9]), length: chunks[1].length)
        let wrong = Frame(codec: frame.codec, chunks: chunks, payload: frame.payload)
        #expect(code { _ = try decoded(wrong) } == .corrupt)
        #expect(try decoded(wrong, verify: false).count == 10_000)
    }

    @Test("a frame that decompresses to more or less than it says is corrupt", arguments: plainCodecs)
    func wrongSize(codec: Codec) throws {
        var generator = SeededGenerator(seed: 4)
        let frame = try ChunkedBytes(count: 10_000, longest: 10_000, &generator).frames(codec)[0]
        for change in [-1, 1] as [Int32] {
            var chunks = frame.chunks
            chunks[0] = ChunkReference(id: chunks[0].id, length: UInt32(Int32(chunks[0].length) + change))
            let wrong = Frame(codec: frame.codec, chunks: chunks, payload: frame.payload)
            #expect(code { _ = try decoded(wrong, verify: false) } == .corrupt)
        }
        let bomb = Frame(
            codec: codec, chunks: [ChunkReference(id: frame.chunks[0].id, length: .max)], payload: frame.payload)
        #expect(code { _ = try decoded(bomb) } == .tooLarge)
    }

    @Test("damaged payloads are refused", arguments: plainCodecs, seeds)
    func mutations(codec: Codec, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let input = ChunkedBytes(count: 3000, longest: 1000, &generator)
        let frame = try input.frames(codec)[0]
        for _ in 0..<500 {
            let payload = generator.mutated(frame.payload)
            let damaged = Frame(codec: frame.codec, chunks: frame.chunks, payload: payload)
            if let bytes = try? decoded(damaged) { #expect(bytes == input.bytes) }
        }
    }
}
