import Chunking
import Testing

@testable import Build

@Suite("Output is cut into lines")
struct OutputLinesTests {
    private func lines(_ bytes: [UInt8], parts count: Int) -> [String] {
        var found: [String] = []
        var lines = OutputLines()
        for start in stride(from: 0, to: bytes.count, by: count) {
            let part = Array(bytes[start..<min(start + count, bytes.count)])
            unsafe lines.append(part.span.bytes) { found.append($0) }
        }
        lines.finish { found.append($0) }
        return found
    }

    @Test("Lines with all ends, in parts of any size", arguments: [1, 2, 3, 100])
    func ends(count: Int) {
        #expect(lines(Array("one\ntwo\r\n\nthree\rfour".utf8), parts: count) == ["one", "two", "", "three\rfour"])
        #expect(lines([], parts: count) == [])
    }

    @Test("Bytes that are no UTF-8 are replaced", arguments: [1, 2, 100])
    func repair(count: Int) {
        #expect(lines([0x61, 0xff, 0x62, 0x0a, 0xc3], parts: count) == ["a\u{fffd}b", "\u{fffd}"])
    }

    @Test("Long lines are cut, and no character is", arguments: 0..<4)
    func longLines(offset: Int) {
        let text = String(repeating: "x", count: offset) + String(repeating: "é€🙂", count: 5000)
        let found = lines(Array(text.utf8), parts: 4099)
        #expect(found.joined() == text)
        #expect(found.count == (text.utf8.count + OutputLines.byteCountMaximum - 1) / OutputLines.byteCountMaximum)
        #expect(found.allSatisfy { $0.utf8.count <= OutputLines.byteCountMaximum })
    }

    @Test("Long lines of anything are cut")
    func longGarbage() {
        let bytes = [UInt8](repeating: 0x80, count: 3 * OutputLines.byteCountMaximum)
        let found = lines(bytes, parts: 5000)
        #expect(found.count == 3)
        #expect(found.allSatisfy { $0.unicodeScalars.allSatisfy { $0 == "\u{fffd}" } })
    }
}
