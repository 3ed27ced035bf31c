import Chunking
import Testing

@testable import Compression

/// Frames as they were once written: every later version must read them, and write the same header.
@Suite("Golden frames")
struct GoldenFrameTests {
    private static let runs = [Array(repeating: UInt8(ascii: "a"), count: 30), Array("bcbcbcbcbcbcbcbcbcbc".utf8)]
    private static let runsTable = """
        3a54fc0cbc0b0ef48b6507b7788096235d10292dd3ae24e22f5aa062d4f9864a1e000000\
        15f7d56e441566dea645c47f04adcf187f236b34bc1dc0acda3c9aaf0e7c027a14000000
        """
    private static let old = Array(
        "shared pantry for container build layers: frames, chunks, recipes and an index of them all".utf8)
    private static let new = Array(
        "shared pantry for container build layers: frames, chunks, records and an index of them all".utf8)
    private static let newTable = "82eee484aaaf67067acdafb022c9f44df9f85c25cdfe62a7ce267b65d675d2885a000000"
    private static let oldTable = "e8397447c257507f5ab10a9c615094bb1ee12d892bed3fe63b44c7320d6b4c445a000000"

    private func bytes(_ hex: String) throws -> [UInt8] {
        let digits = try hex.map { try #require($0.hexDigitValue) }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    /// Reads the frame whose parts in hexadecimal digits are given, and writes it again.
    private func check(
        _ codec: Codec, header: String, tables: String, payload: String, is chunks: [[UInt8]], base: [[UInt8]] = []
    ) throws {
        let encoded = try bytes(header + tables + payload)
        let frame = try unsafe Frame(decoding: encoded.span.bytes)
        #expect(frame.codec == codec)
        #expect(frame.chunks == ChunkedBytes(chunks: chunks).chunks.map(\.reference))
        #expect(frame.base == ChunkedBytes(chunks: base).chunks.map(\.reference))
        #expect(frame.payload == (try bytes(payload)))
        #expect(frame.encoded() == encoded)
        #expect(try decoded(frame, prefix: base.flatMap { $0 }) == chunks.flatMap { $0 })
    }

    @Test func stored() throws {
        try check(
            .stored, header: "4c46524d01000200320000003200000000000000", tables: Self.runsTable,
            payload: String(repeating: "61", count: 30) + String(repeating: "6263", count: 10), is: Self.runs)
    }

    @Test func zstd() throws {
        try check(
            .zstd, header: "4c46524d01010200320000001500000000000000", tables: Self.runsTable,
            payload: "28b52ffd203265000020616162630200390f33000b", is: Self.runs)
    }

    @Test func lz4() throws {
        try check(
            .lz4, header: "4c46524d01020200320000001000000000000000", tables: Self.runsTable,
            payload: "1f6101000a2962630200506362636263", is: Self.runs)
    }

    @Test func zstdDelta() throws {
        try check(
            .zstdDelta, header: "4c46524d010301005a0000001500000001000000", tables: Self.newTable + Self.oldTable,
            payload: "28b52ffd205a650000186f72640200608f3a290001", is: [Self.new], base: [Self.old])
    }
}
