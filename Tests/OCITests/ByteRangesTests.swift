import OCI
import Testing

@Suite("Parts of a blob that are asked for")
struct ByteRangesTests {
    @Test(
        "One range of 10 bytes",
        arguments: [
            (nil, .whole), ("bytes=0-3", .parts([0..<4])), ("bytes=4-", .parts([4..<10])),
            ("bytes=-3", .parts([7..<10])), ("bytes=-30", .parts([0..<10])), ("bytes=9-9", .parts([9..<10])),
            ("bytes=0-99999999999999999999", .parts([0..<10])), ("bytes=10-", .unsatisfiable),
            ("bytes=5-0", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("items=0-1", .whole),
            ("bytes=x-1", .whole), ("bytes=", .whole), ("bytes=-", .whole), ("bytes=1", .whole), ("bytes=,", .whole),
        ] as [(String?, ByteRanges)])
    func one(header: String?, expected: ByteRanges) {
        #expect(ByteRanges(header, size: 10) == expected)
    }

    @Test(
        "Several ranges of 10 bytes",
        arguments: [
            ("bytes=0-1,3-4", .parts([0..<2, 3..<5])), ("bytes= 8-, 0-0", .parts([8..<10, 0..<1])),
            ("bytes=0-1,20-30", .parts([0..<2])), ("bytes=20-,30-", .unsatisfiable), ("bytes=0-1,x", .whole),
            ("bytes=4-6,0-1,5-8", .parts([0..<2, 4..<9])), ("bytes=0-,0-,0-", .parts([0..<10])),
            ("bytes=-1,9-9", .parts([9..<10])),
        ] as [(String, ByteRanges)])
    func several(header: String, expected: ByteRanges) {
        #expect(ByteRanges(header, size: 10) == expected)
    }

    @Test("Too many ranges are as good as none")
    func many() {
        let header = "bytes=" + (0...ByteRanges.countMaximum).map { "\($0 * 2)-\($0 * 2)" }.joined(separator: ",")
        #expect(ByteRanges(header, size: 1_000) == .whole)
    }

    @Test("No range of an empty blob exists")
    func emptyBlob() {
        #expect(ByteRanges("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRanges("bytes=-1", size: 0) == .unsatisfiable)
        #expect(ByteRanges(nil, size: 0) == .whole)
    }

    @Test("Several parts are laid out as in RFC 9110, section 14.6")
    func multipart() {
        let layout = MultipartRanges([0..<2, 7..<10], of: 10, mediaType: "text/plain", boundary: "B")
        #expect(layout.contentType == "multipart/byteranges; boundary=B")
        let text = layout.head(at: 0) + "01" + layout.head(at: 1) + "789" + layout.tail
        #expect(
            text == "--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01"
                + "\r\n--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 7-9/10\r\n\r\n789\r\n--B--\r\n")
        #expect(layout.byteCount == UInt64(text.utf8.count))
    }
}
