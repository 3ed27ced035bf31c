import Testing

@testable import larderd

@Suite("What clients accept")
struct ContentCodingTests {
    @Test(
        "The coding liked best is taken, zstd before gzip",
        arguments: [
            (nil, nil), ("", nil), ("identity", nil), ("*", nil), ("br, deflate", nil),
            ("gzip", .gzip), ("x-gzip", .gzip), ("zstd", .zstd), ("GZIP", .gzip), ("gzip, zstd", .zstd),
            ("zstd;q=1.0, gzip;q=0.8, deflate;q=0.5", .zstd), ("zstd;q=0.2,gzip;q=0.8", .gzip),
            ("zstd;q=0, gzip", .gzip), ("zstd;q=0", nil), ("gzip;q=0.000", nil), ("zstd ; q=0.5", .zstd),
            ("identity;q=1, gzip;q=0.5", nil), ("identity;q=0.5, gzip;q=0.5", .gzip), ("identity;q=0, gzip", .gzip),
            ("gzip;q=2", nil), ("gzip;q=-1", nil), ("gzip;q=nan", nil), ("gzip;q=", nil), (";;,,q=1", nil),
            ("\tzstd\t", .zstd), ("*;q=0", nil),
        ] as [(String?, ContentCoding?)])
    func preference(header: String?, coding: ContentCoding?) {
        #expect(ContentCoding(accepting: header) == coding)
    }

    @Test("Only what is offered is given")
    func offered() {
        #expect(ContentCoding(accepting: "gzip", among: [.zstd]) == nil)
        #expect(ContentCoding(accepting: "zstd;q=0.1, gzip", among: [.zstd]) == .zstd)
        #expect(ContentCoding(accepting: "zstd, gzip", among: []) == nil)
    }
}
