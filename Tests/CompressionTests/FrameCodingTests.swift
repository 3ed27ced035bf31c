import Chunking
import TestSupport
import Testing

@testable import Compression

extension Frame {
    fileprivate func equals(_ other: Frame) -> Bool {
        codec == other.codec && chunks == other.chunks && base == other.base && payload == other.payload
    }
}

@Suite("Frame coding")
struct FrameCodingTests {
    private func decode(_ bytes: [UInt8]) throws -> Frame {
        try unsafe Frame(decoding: bytes.span.bytes)
    }

    /// What a parser finds in `bytes` that come in parts of up to `longest`.
    private func parse(_ bytes: [UInt8], longest: Int, _ generator: inout SeededGenerator) throws -> [Frame] {
        var parser = FrameParser()
        var frames: [Frame] = []
        var offset = 0
        while offset < bytes.count {
            let end = min(bytes.count, offset + Int.random(in: 0...longest, using: &generator))
            try unsafe parser.update(bytes.span.bytes.extracting(offset..<end)) { frames.append($0) }
            offset = end
        }
        try parser.finish()
        return frames
    }

    @Test("the layout is the one that is described")
    func layout() throws {
        let id = Digest(hashing: [5])
        let frame = Frame(codec: .stored, chunks: [ChunkReference(id: id, length: 2)], payload: [8, 9])
        let expected: [UInt8] =
            Array("LFRM".utf8) + [1, 0, 1, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0] + id.rawBytes + [2, 0, 0, 0] + [8, 9]
        #expect(frame.encoded() == expected)
        let header = try unsafe FrameHeader(decoding: expected.span.bytes)
        #expect(header == frame.header)
        #expect(header.byteCount == 56 && header.frameByteCount == 58 && header.payloadByteCount == 2)
        var appended: [UInt8] = [7]
        frame.encode(into: &appended)
        #expect(appended == [7] + expected)
    }

    @Test("frames are found however the bytes are split", arguments: seeds)
    func parsing(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let input = ChunkedBytes(count: 50_000, longest: 3000, &generator)
        for codec in plainCodecs {
            let frames = try input.frames(codec, target: 4000)
            let bytes = frames.flatMap { $0.encoded() }
            for longest in [1, 20, 500, 70_000] where longest > 1 || codec == .zstd {
                let found = try parse(bytes, longest: longest, &generator)
                #expect(found.count == frames.count)
                #expect(zip(found, frames).allSatisfy { $0.equals($1) })
            }
            for frame in frames { #expect(try decode(frame.encoded()).equals(frame)) }
        }
    }

    @Test("bytes that end inside a frame are corrupt")
    func truncated() throws {
        var generator = SeededGenerator(seed: 1)
        let bytes = try ChunkedBytes(count: 300, longest: 100, &generator).frames(.zstd)[0].encoded()
        for count in 1..<bytes.count {
            let cut = Array(bytes.prefix(count))
            #expect(code { _ = try parse(cut, longest: 1000, &generator) } == .corrupt)
            #expect(code { _ = try decode(cut) } == .corrupt)
        }
        #expect(code { _ = try decode(bytes + [0]) } == .corrupt)
        #expect(try parse([], longest: 1, &generator).isEmpty)
    }

    @Test("limits are checked before anything is kept")
    func limits() throws {
        let id = Digest(hashing: [5])
        func header(
            chunks: Int, raw: UInt32, payload: UInt32, codec: UInt8 = 1, magic: String = "LFRM", version: UInt8 = 1,
            base: UInt16 = 0, zero: UInt16 = 0
        ) -> [UInt8] {
            var writer = ByteWriter()
            writer.write(magic.utf8)
            writer.write(version)
            writer.write(codec)
            writer.writeFixed(UInt16(chunks))
            writer.writeFixed(raw)
            writer.writeFixed(payload)
            writer.writeFixed(base)
            writer.writeFixed(zero)
            return writer.bytes
        }
        func result(_ bytes: [UInt8]) -> CompressionError.Code? {
            var parser = FrameParser()
            return code { try unsafe parser.update(bytes.span.bytes) { _ in } }
        }
        #expect(result(header(chunks: 1, raw: 1 << 20, payload: 10)) == nil)
        #expect(result(header(chunks: 4097, raw: 10, payload: 10)) == .tooLarge)
        #expect(result(header(chunks: 1, raw: 1 << 20 + 1, payload: 10)) == .tooLarge)
        #expect(result(header(chunks: 1, raw: 10, payload: 11)) == .corrupt)
        #expect(result(header(chunks: 1, raw: 10, payload: 9, codec: 0)) == .corrupt)
        #expect(result(header(chunks: 0, raw: 10, payload: 10)) == .corrupt)
        #expect(result(header(chunks: 1, raw: 10, payload: 0)) == .corrupt)
        #expect(result(header(chunks: 1, raw: 10, payload: 10, codec: 4)) == .corrupt)
        #expect(result(header(chunks: 1, raw: 10, payload: 10, magic: "LFRN")) == .corrupt)
        #expect(result(header(chunks: 1, raw: 10, payload: 10, version: 2)) == .corrupt)
        #expect(result(header(chunks: 1, raw: 10, payload: 10, base: 1)) == .corrupt)
        #expect(result(header(chunks: 1, raw: 10, payload: 10, base: 4097)) == .tooLarge)
        #expect(result(header(chunks: 1, raw: 10, payload: 10, zero: 1)) == .corrupt)
        #expect(result(header(chunks: 1, raw: 10, payload: 10, codec: 3, base: 1)) == .corrupt, "no deltas by default")
        for lengths in [[10, 1], [5, 4], [10, 0]] as [[UInt32]] {
            var writer = ByteWriter(appendingTo: header(chunks: 2, raw: 10, payload: 1))
            for length in lengths {
                writer.write(id)
                writer.writeFixed(length)
            }
            writer.write(0)
            #expect(result(writer.bytes) == .corrupt, "chunks of \(lengths) do not make 10 bytes")
        }
    }

    @Test("damaged frames are refused or have all they say", arguments: seeds)
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let plain = try ChunkedBytes(count: 2000, longest: 500, &generator).frames(.lz4)[0]
        let delta = Frame(
            codec: .zstdDelta, chunks: plain.chunks,
            base: ChunkedBytes(count: 2000, longest: 500, &generator).chunks.map(\.reference), payload: plain.payload)
        for valid in [plain.encoded(), delta.encoded()] {
            for _ in 0..<1500 {
                let bytes = generator.mutated(valid)
                if let frame = try? decode(bytes) { #expect(frame.encoded() == bytes) }
                _ = try? parse(bytes, longest: 200, &generator)
            }
            // The fixed part decides how much is read, so it gets changes of its own.
            for _ in 0..<1500 {
                var bytes = valid
                let index = Int.random(in: 4..<FrameHeader.fixedByteCount, using: &generator)
                bytes[index] = [0, 1, 2, 3, 0x10, 0x80, 0xff][Int.random(in: 0..<7, using: &generator)]
                if let frame = try? decode(bytes) { #expect(frame.encoded() == bytes) }
            }
        }
    }

    @Test("an error of the receiver comes through")
    func receiverError() throws {
        struct Refused: Error {}
        var generator = SeededGenerator(seed: 1)
        let bytes = try ChunkedBytes(count: 300, longest: 100, &generator).frames(.zstd)[0].encoded()
        var parser = FrameParser()
        #expect(throws: Refused.self) { try unsafe parser.update(bytes.span.bytes) { _ in throw Refused() } }
    }
}

@Suite("Delta frame coding")
struct DeltaCodingTests {
    private let chunk = ChunkReference(id: Digest(hashing: [5]), length: 100)

    private func decode(_ bytes: [UInt8]) throws -> Frame {
        try unsafe Frame(decoding: bytes.span.bytes)
    }

    private func delta(base lengths: [UInt32]) -> [UInt8] {
        let base = lengths.map { ChunkReference(id: chunk.id, length: $0) }
        return Frame(codec: .zstdDelta, chunks: [chunk], base: base, payload: [1]).encoded()
    }

    @Test("the base has limits of its own")
    func limits() throws {
        #expect(try decode(delta(base: [1 << 20, 3 << 20])).base.map(\.length) == [1 << 20, 3 << 20])
        #expect(try decode(delta(base: [UInt32](repeating: 1024, count: 4096))).baseByteCount == Frame.baseBytesMaximum)
        #expect(code { _ = try decode(delta(base: [1 << 20, 3 << 20, 1])) } == .tooLarge)
        #expect(code { _ = try decode(delta(base: [UInt32](repeating: .max, count: 4096))) } == .tooLarge)
        #expect(code { _ = try decode(delta(base: [UInt32](repeating: 1, count: 4097))) } == .tooLarge)
        #expect(code { _ = try decode(delta(base: [])) } == .corrupt)
        #expect(code { _ = try decode(delta(base: [1, 0])) } == .corrupt)
        let plain = Frame(codec: .zstd, chunks: [chunk], base: [chunk], payload: [1])
        #expect(code { _ = try decode(plain.encoded()) } == .corrupt)
        let longest = Frame(
            codec: .zstdDelta, chunks: [ChunkReference](repeating: chunk, count: 4096),
            base: [ChunkReference](repeating: chunk, count: 4096), payload: [1])
        #expect(longest.header.byteCount == FrameHeader.byteCountMaximum)
    }

    @Test("every part of a delta frame must be there")
    func truncated() throws {
        let bytes = delta(base: [7, 8])
        for count in 0..<bytes.count {
            #expect(code { _ = try decode(Array(bytes.prefix(count))) } == .corrupt)
        }
        #expect(try decode(bytes).payload == [1])
    }

    @Test("a parser refuses deltas at their first bytes unless it is told to take them")
    func parsing() throws {
        let bytes = delta(base: [7])
        var parser = FrameParser()
        #expect(code { try unsafe parser.update(bytes.span.bytes.extracting(first: 20)) { _ in } } == .corrupt)
        var willing = FrameParser(acceptsDeltas: true)
        var found: [Frame] = []
        for part in [0..<10, 10..<30, 30..<bytes.count] {
            try unsafe willing.update(bytes.span.bytes.extracting(part)) { found.append($0) }
        }
        try willing.finish()
        #expect(found.map { $0.encoded() } == [bytes])
    }

    @Test("a decoder refuses a base that exceeds the limits or that the codec does not have")
    func decoding() {
        let whole = ChunkReference(id: chunk.id, length: .max)
        let huge = Frame(codec: .zstdDelta, chunks: [chunk], base: [whole], payload: [1])
        #expect(code { _ = try decoded(huge) } == .tooLarge)
        #expect(code { _ = try decoded(Frame(codec: .lz4, chunks: [chunk], base: [chunk], payload: [1])) } == .corrupt)
        #expect(code { _ = try decoded(Frame(codec: .zstdDelta, chunks: [chunk], payload: [1])) } == .corrupt)
        let plain = Frame(codec: .zstd, chunks: [chunk], payload: [1])
        #expect(code { _ = try decoded(plain, prefix: [1]) } == .failed)
    }
}
