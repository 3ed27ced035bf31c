import TestSupport
import Testing

@testable import Chunking

@Suite("Tar reader on changed tars")
struct TarReaderFuzzTests {
    private func sample(_ generator: inout SeededGenerator) -> [UInt8] {
        var writer = TarWriter()
        writer.addPax([("path", Array("a/long/name".utf8)), ("mtime", Array("1.5".utf8))])
        writer.add("short", generator.bytes(700))
        writer.addPax([("SCHILY.xattr.user.a", [1, 2, 3])])
        writer.add("b", generator.bytes(20_000))
        writer.add("c")
        return writer.finish()
    }

    @Test("it gives the splitter's rows and contents, or says that it does not understand")
    func mutations() throws {
        var generator = SeededGenerator(seed: 1)
        try Fuzzing("tar reader", [sample(&generator), sample(&generator)]).run(inputs: 400) { blob, random in
            var reader = TarReader()
            var (rows, content) = ([Entry](), 0)
            var start = 0
            while start < blob.count {
                let end = min(blob.count, start + Int.random(in: 1...5000, using: &random))
                unsafe reader.update(blob.span.bytes.extracting(start..<end)) { (entry: Entry) in
                    rows.append(entry)
                } onContent: { (bytes: RawSpan) in
                    content += bytes.byteCount
                }
                start = end
            }
            let isWhole = reader.finish()
            try Fuzzing.expect(content <= blob.count)
            guard let table = SplitBlob(blob).entries else {
                // A blob whose first block is no header is opaque to the splitter; the reader gives nothing of it.
                try Fuzzing.expect(!isWhole || rows.isEmpty)
                return false
            }
            try Fuzzing.expect(isWhole)
            try Fuzzing.expect(rows.map(\.path) == table.entries.map(\.path))
            try Fuzzing.expect(content == table.entries.reduce(0) { $0 + Int($1.size) })
            return true
        }
    }
}
