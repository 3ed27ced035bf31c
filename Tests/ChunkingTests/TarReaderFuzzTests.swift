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

    @Test("it gives the splitter's rows and contents, or says that it does not understand", arguments: seeds)
    func mutations(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<150 {
            let blob = generator.mutated(sample(&generator))
            var reader = TarReader()
            var (rows, content) = ([Entry](), 0)
            var start = 0
            while start < blob.count {
                let end = min(blob.count, start + Int.random(in: 1...5000, using: &generator))
                unsafe reader.update(blob.span.bytes.extracting(start..<end)) { (entry: Entry) in
                    rows.append(entry)
                } onContent: { (bytes: RawSpan) in
                    content += bytes.byteCount
                }
                start = end
            }
            let isWhole = reader.finish()
            #expect(content <= blob.count)
            guard let table = SplitBlob(blob).entries else {
                // A blob whose first block is no header is opaque to the splitter; the reader gives nothing of it.
                #expect(!isWhole || rows.isEmpty)
                continue
            }
            #expect(isWhole)
            #expect(rows.map(\.path) == table.entries.map(\.path))
            #expect(content == table.entries.reduce(0) { $0 + Int($1.size) })
        }
    }
}
