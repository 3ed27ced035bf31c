import Chunking
import TestSupport
import Testing

@testable import Compression

/// What is sent compressed, changed at random: it is refused or gives no more than is allowed.
@Suite struct FuzzTests {
    /// What a stream may give. Bytes.
    private static let limit: UInt64 = 1 << 20

    @Test(arguments: [StreamDecoder.Format.gzip, .zstd])
    func streams(format: StreamDecoder.Format) throws {
        var random = SeededGenerator(seed: 1)
        let contents = [random.bytes(3000), [UInt8](repeating: 7, count: 900_000), []]
        let samples = try contents.map { content in
            var encoder = try StreamEncoder(format, level: 3)
            var stream: [UInt8] = []
            try unsafe encoder.update(content.span.bytes) { stream.append(copying: $0) }
            try encoder.finish { stream.append(copying: $0) }
            return stream
        }
        try Fuzzing("\(format) stream", samples, words: ["\u{1f}\u{8b}", "(\u{b5}/\u{fd}"]).run(inputs: 400) {
            input, random in
            var decoder = try StreamDecoder(format, limit: Self.limit)
            var (start, count) = (0, 0)
            do {
                while start < input.count {
                    let end = min(input.count, start + Int.random(in: 1...2000, using: &random))
                    try unsafe decoder.update(input.span.bytes.extracting(start..<end)) { count += $0.byteCount }
                    start = end
                }
                try decoder.finish()
            } catch {
                try Fuzzing.expect(count <= Self.limit)
                return false
            }
            try Fuzzing.expect(count <= Self.limit)
            return true
        }
    }

    @Test func frames() throws {
        var random = SeededGenerator(seed: 2)
        var samples: [[UInt8]] = []
        for codec in [Codec.zstd, .lz4, .stored] {
            var builder = FrameBuilder(codec: codec)
            var body: [UInt8] = []
            for length in [1, 900, 70_000, 5000] {
                let bytes = length % 2 == 0 ? random.bytes(length) : [UInt8](repeating: 3, count: length)
                let chunk = ChunkReference(id: Digest(hashing: bytes), length: UInt32(length))
                if let frame = try unsafe builder.add(chunk, bytes.span.bytes) { body += frame.encoded() }
            }
            if let frame = try builder.flush() { body += frame.encoded() }
            samples.append(body)
        }
        try Fuzzing("frames", samples).run(inputs: 300) { input, random in
            (try? Self.read(input, &random)) != nil
        }
    }

    private static func read(_ input: [UInt8], _ random: inout SeededGenerator) throws {
        var parser = FrameParser()
        var decoder = FrameDecoder()
        var start = 0
        while start < input.count {
            let end = min(input.count, start + Int.random(in: 1...30_000, using: &random))
            try unsafe parser.update(input.span.bytes.extracting(start..<end)) { frame in
                try decoder.decode(frame, verify: true) { _ in }
            }
            start = end
        }
        try parser.finish()
    }
}
