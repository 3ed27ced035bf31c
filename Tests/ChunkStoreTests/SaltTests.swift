import Chunking
import Compression
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// Records of one root mean nothing in another.
@Suite struct SaltTests {
    private let temporary: TemporaryRoot
    private let other: TemporaryRoot

    init() throws {
        temporary = try TemporaryRoot()
        other = try TemporaryRoot()
    }

    private func fillOther() throws -> [UInt8] {
        let store = try other.open()
        _ = try store.makeProject(named: "first")
        let project = try store.makeProject(named: "elsewhere")
        try store.store(Array("a layer of another root".utf8), in: project)
        store.close()
        return try contents(of: try #require(try other.chunkFiles().first))
    }

    @Test func everyRootHasItsOwn() throws {
        _ = try fillOther()
        try temporary.open().close()
        #expect(try temporary.salt != other.salt)
    }

    /// Behind a damaged header a rebuild searches for the next record, through content that may be anything.
    @Test func aChunkFileStoredAsContentIsNotTakenForRecords() throws {
        #expect(try !isTakenForRecords())
    }

    /// That the salt is what prevents it.
    @Test func aChunkFileWithTheSameSaltIs() throws {
        try temporary.open().close()
        try RootLayout.makeDirectory(other.root)
        try write(try contents(of: temporary.root.appending("format")), to: other.root.appending("format"))
        #expect(try isTakenForRecords())
    }

    private func isTakenForRecords() throws -> Bool {
        let foreign = try fillOther()
        var options = Store.Options()
        options.codec = .stored
        let store = try temporary.open(options)
        let project = try store.makeProject(named: "here")
        // One of them has its records on the alignment.
        for padding in 0..<8 { try store.store([UInt8](repeating: 0, count: padding) + foreign, in: project) }
        store.close()
        let file = try #require(try temporary.chunkFiles().first)
        var bytes = try contents(of: file)
        for start in bytes.indices.dropFirst(64) where bytes[start...].starts(with: ChunkFileHeader.magic) {
            // The header of the frame that holds it: the nearest magic before.
            let header = try #require(
                stride(from: start / 8 * 8, to: 0, by: -8).first { bytes[$0...].starts(with: RecordHeader.magic) })
            bytes[header] ^= 0xff
        }
        try write(bytes, to: file)
        TemporaryRoot.remove(temporary.root.appending("index"))
        _ = try Store.rebuild(temporary.root, options: options, disk: .system)
        let rebuilt = try temporary.open(options)
        #expect(try rebuilt.project(named: "here") == project)
        return try rebuilt.project(named: "elsewhere") != nil
    }

    @Test func aChunkFileOfAnotherRootIsReported() throws {
        let foreign = try fillOther()
        let store = try temporary.open()
        _ = try store.makeProject(named: "here")
        store.close()
        try write(foreign, to: try #require(try temporary.chunkFiles().first))
        let report = try Store.check(temporary.root)
        #expect(report.findings.contains { $0.text.contains("of another root") })
    }

    @Test(arguments: ["larder store 1\n", "larder store 1\nsalt 12\n", "larder store 1\nsalt 00000000000000zz\n"])
    func aFormatWithoutItIsRefused(text: String) throws {
        try temporary.open().close()
        try write(Array(text.utf8), to: temporary.root.appending("format"))
        let error = #expect(throws: StoreError.self) { try temporary.open() }
        #expect(error?.code == .unsupportedFormat)
        #expect(error?.description.contains("bytes 24 to 31") == true)
    }
}
