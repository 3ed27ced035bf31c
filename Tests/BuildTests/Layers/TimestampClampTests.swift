import Chunking
import TestSupport
import Testing

@testable import Build

/// Times of a layer that are set back.
@Suite struct TimestampClampTests {
    private static let limit: Int64 = 1_600_000_000

    /// A directory with files of all sizes around a block, some before the moment and some after.
    private static let files = """
        mkdir -p tree/early tree/late
        for size in 0 1 511 512 513 70000; do
            head -c $size /dev/zero | tr '\\0' x > tree/early/$size
            head -c $size /dev/zero | tr '\\0' y > tree/late/$size
        done
        ln -s early/1 tree/link && ln tree/late/1 tree/late/same
        touch -h -d @1500000000 tree/early tree/early/*
        touch -h -d @1700000000 tree tree/link tree/late tree/late/*
        """

    private static func clamped(_ tar: [UInt8], portion: Int) throws -> [UInt8] {
        var clamp = TimestampClamp(to: limit)
        var result: [UInt8] = []
        func write(_ bytes: RawSpan) { result.append(copying: bytes) }
        for start in stride(from: 0, to: tar.count, by: portion) {
            let bytes = unsafe tar.span.bytes.extracting(start..<min(start + portion, tar.count))
            try clamp.update(bytes, write)
        }
        try clamp.finish(write)
        return result
    }

    @Test(arguments: [1, 100, 512, 4096, 1 << 20])
    func tarSaysTheSame(portion: Int) throws {
        let directory = try TemporaryDirectory()
        let pack = "tar --create --format=ustar --sort=name --numeric-owner"
        _ = try shell(Self.files, in: directory)
        let tar = try shell("\(pack) tree", in: directory)
        let expected = try shell("\(pack) --mtime=@\(Self.limit) --clamp-mtime tree", in: directory)
        #expect(tar != expected)
        #expect(try Self.clamped(tar, portion: portion) == expected)
        #expect(try Self.clamped(expected, portion: portion) == expected)
    }

    @Test func longNamesAndAttributesAreLeftInTheirHeaders() throws {
        let directory = try TemporaryDirectory()
        let name = String(repeating: "long", count: 60)
        let pack =
            "tar --create --format=pax --pax-option=delete=atime,delete=ctime,delete=mtime,exthdr.name=x,exthdr.mtime=0"
        _ = try shell(
            "mkdir \(name) && echo x > \(name)/\(name) && touch -d @1700000000 \(name)/\(name) \(name)", in: directory)
        let tar = try shell("\(pack) \(name)", in: directory)
        let expected = try shell("\(pack) --mtime=@\(Self.limit) --clamp-mtime \(name)", in: directory)
        #expect(try Self.clamped(tar, portion: 700) == expected)
    }

    @Test func whatIsNoTarIsRefused() {
        #expect(throws: BuildError.self) { try Self.clamped([UInt8](repeating: 0xff, count: 1024), portion: 100) }
    }

    @Test func cutTarsStayWhatTheyAre() throws {
        let bytes = [UInt8](repeating: 7, count: 100)
        #expect(try Self.clamped(bytes, portion: 33) == bytes)
    }
}
