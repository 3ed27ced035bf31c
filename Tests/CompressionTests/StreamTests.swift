import Chunking
import Glibc
import TestSupport
import Testing

@testable import Compression

extension TemporaryDirectory {
    /// Makes the file `name` of `bytes`.
    fileprivate func write(_ bytes: [UInt8], to name: String) throws {
        guard let file = unsafe fopen("\(path)/\(name)", "w") else { throw ShellError(script: name, status: errno) }
        defer { unsafe _ = fclose(file) }
        guard unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw ShellError(script: name, status: errno)
        }
    }
}

@Suite("Streams")
struct StreamTests {
    private static let formats: [StreamDecoder.Format] = [.gzip, .zstd]

    private func tool(_ format: StreamDecoder.Format) -> String { format == .gzip ? "gzip" : "zstd" }

    /// Bytes that compress somewhat, long enough for several parts of output.
    private func sample(_ generator: inout SeededGenerator, count: Int = 700_000) -> [UInt8] {
        generator.bytes(count).enumerated().map { $0.offset % 3 == 0 ? $0.element : UInt8($0.offset >> 8 & 0xff) }
    }

    private func decode(
        _ bytes: [UInt8], _ format: StreamDecoder.Format, limit: UInt64 = .max, partLength: () -> Int = { 50_000 }
    ) throws -> [UInt8] {
        var decoder = try StreamDecoder(format, limit: limit)
        var output: [UInt8] = []
        var offset = 0
        while offset < bytes.count {
            let end = min(bytes.count, offset + partLength())
            try unsafe decoder.update(bytes.span.bytes.extracting(offset..<end)) { part in
                #expect((1...256 << 10).contains(part.byteCount))
                output.append(copying: part)
            }
            offset = end
        }
        try decoder.finish()
        return output
    }

    private func encode(
        _ bytes: [UInt8], _ format: StreamDecoder.Format, level: Int32 = 3, partLength: () -> Int = { 50_000 }
    ) throws -> [UInt8] {
        var encoder = try StreamEncoder(format, level: level)
        var output: [UInt8] = []
        var offset = 0
        while offset < bytes.count {
            let end = min(bytes.count, offset + partLength())
            try unsafe encoder.update(bytes.span.bytes.extracting(offset..<end)) { output.append(copying: $0) }
            offset = end
        }
        try encoder.finish { part in
            #expect((1...256 << 10).contains(part.byteCount))
            output.append(copying: part)
        }
        return output
    }

    @Test("what is compressed is decompressed, however it is split", arguments: formats, seeds)
    func roundTrip(format: StreamDecoder.Format, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for (count, longest) in [(0, 1), (1, 1), (1000, 1), (30_000, 100), (700_000, 300_000), (600_000, .max)] {
            let bytes = sample(&generator, count: count)
            let compressed = try encode(bytes, format) { Int.random(in: 1...longest, using: &generator) }
            let output = try decode(compressed, format) { Int.random(in: 1...longest, using: &generator) }
            #expect(output == bytes)
        }
        let zeros = [UInt8](repeating: 0, count: 3 << 20)
        #expect(try decode(encode(zeros, format), format) { .max } == zeros)
    }

    @Test(
        "the system's tools read what is written and the other way round",
        .enabled(if: hasProgram("zstd") && hasProgram("gzip"), "needs zstd and gzip"),
        arguments: formats)
    func tools(format: StreamDecoder.Format) throws {
        var generator = SeededGenerator(seed: 1)
        let directory = try TemporaryDirectory()
        let bytes = sample(&generator)
        try directory.write(bytes, to: "raw")
        for options in ["-1", "-9", format == .zstd ? "-19 --no-check" : "--no-name"] {
            let compressed = try shell("\(tool(format)) \(options) -c raw", in: directory)
            #expect(try decode(compressed, format) == bytes)
        }
        for level in [1, 9] as [Int32] {
            try directory.write(encode(bytes, format, level: level), to: "packed")
            #expect(try shell("\(tool(format)) -d -c < packed", in: directory) == bytes)
        }
    }

    @Test("members and frames that follow each other are one stream", arguments: formats)
    func concatenated(format: StreamDecoder.Format) throws {
        var generator = SeededGenerator(seed: 2)
        let (first, second) = (sample(&generator, count: 1000), sample(&generator, count: 300_000))
        let joined = try encode(first, format) + encode([], format) + encode(second, format)
        for length in [1, 999, .max] {
            #expect(try decode(joined, format) { length } == first + second)
        }
    }

    @Test("zeros behind the last gzip member are tolerated, other garbage is not")
    func padding() throws {
        let gzip = try encode([1, 2, 3], .gzip)
        let zeros = [UInt8](repeating: 0, count: 1000)
        #expect(try decode(gzip + zeros, .gzip) == [1, 2, 3])
        #expect(try decode(gzip + zeros, .gzip) { 7 } == [1, 2, 3])
        #expect(code { _ = try decode(gzip + zeros + [1], .gzip) } == .corrupt)
        #expect(code { _ = try decode(gzip + [1], .gzip) } == .corrupt)
        #expect(code { _ = try decode(zeros, .gzip) } == .corrupt)
        #expect(code { _ = try decode(encode([1], .zstd) + [1, 2, 3, 4, 5], .zstd) } == .corrupt)
    }

    @Test("skippable frames are skipped")
    func skippable() throws {
        let skipped: [UInt8] = [0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 7, 7, 7]
        let frame = try encode([1, 2, 3], .zstd)
        #expect(try decode(skipped + frame + skipped + frame, .zstd) { 1 } == [1, 2, 3, 1, 2, 3])
        #expect(unsafe StreamDecoder.format(of: skipped.span.bytes) == .zstd)
    }

    @Test("the format is told by the first bytes")
    func format() throws {
        for format in Self.formats {
            let bytes = try encode([1], format)
            #expect(unsafe StreamDecoder.format(of: bytes.span.bytes) == format)
        }
        for bytes in [[], [0x1f, 0x8b], [1, 2, 3, 4], Array("ustar".utf8)] as [[UInt8]] {
            #expect(unsafe StreamDecoder.format(of: bytes.span.bytes) == nil)
        }
    }

    @Test("output over the limit is refused", arguments: formats)
    func limit(format: StreamDecoder.Format) throws {
        let bytes = [UInt8](repeating: 0, count: 1 << 20)
        let compressed = try encode(bytes, format)
        #expect(try decode(compressed, format, limit: 1 << 20) == bytes)
        #expect(code { _ = try decode(compressed, format, limit: 1 << 20 - 1) } == .tooLarge)
    }

    @Test("a window larger than is granted is refused", .enabled(if: hasProgram("zstd"), "needs zstd"))
    func window() throws {
        let huge = try shell("head -c 70000000 /dev/zero | zstd -1 --long=27 -c")
        #expect(code { _ = try decode(huge, .zstd) } == .tooLarge)
    }

    @Test("a stream that is cut off is corrupt", arguments: formats)
    func truncated(format: StreamDecoder.Format) throws {
        var generator = SeededGenerator(seed: 3)
        let compressed = try encode(sample(&generator, count: 500), format)
        for count in 0..<compressed.count {
            #expect(code { _ = try decode(Array(compressed.prefix(count)), format) } == .corrupt)
        }
    }

    @Test("damaged streams are refused or give the same bytes", arguments: formats, seeds)
    func mutations(format: StreamDecoder.Format, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let bytes = sample(&generator, count: 2000)
        let compressed = try encode(bytes, format)
        for _ in 0..<300 {
            // Both formats carry a checksum; gzip's header fields may change without one.
            guard let output = try? decode(generator.mutated(compressed), format, limit: 1 << 20) else { continue }
            #expect(output == bytes || output.starts(with: bytes) || output.isEmpty)
        }
    }

    @Test("a level that does not exist is refused")
    func level() {
        #expect(code { _ = try StreamEncoder(.gzip, level: 99) } == .failed)
    }
}
