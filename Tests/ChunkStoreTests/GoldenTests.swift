import Chunking
import Compression
import FoundationEssentials
import SystemPackage
import Testing

@testable import ChunkStore

/// What version 1 wrote can be read for ever.
@Suite(.serialized) struct GoldenTests {
    private let temporary: TemporaryRoot

    init() throws {
        temporary = try TemporaryRoot()
    }

    private var expected: String {
        get throws { String(decoding: try contents(of: GoldenRoot.directory.appending("expected")), as: UTF8.self) }
    }

    /// Copies the golden root to where it may be changed.
    private func copyRoot() throws {
        let manager = FileManager.default
        try manager.createDirectory(atPath: temporary.root.string, withIntermediateDirectories: true)
        for name in ["format", "chunks", "index"] {
            try manager.copyItem(
                atPath: GoldenRoot.directory.appending(name).string, toPath: temporary.root.appending(name).string)
        }
    }

    @Test(.enabled(if: GoldenRoot.isToBeWritten, "set LARDER_WRITE_GOLDEN to write the golden root anew"))
    func write() throws {
        let store = try temporary.open(GoldenRoot.options)
        try GoldenRoot.fill(store)
        let description = try GoldenRoot.description(of: store)
        let copy = temporary.path.appending("copy")
        _ = try store.backup(to: copy)
        store.close()
        let manager = FileManager.default
        try? manager.removeItem(atPath: GoldenRoot.directory.string)
        try manager.createDirectory(
            atPath: GoldenRoot.directory.removingLastComponent().string, withIntermediateDirectories: true)
        try manager.copyItem(atPath: copy.string, toPath: GoldenRoot.directory.string)
        try? manager.removeItem(atPath: GoldenRoot.directory.appending("index").appending("lock.mdb").string)
        try ChunkStoreTests.write(Array(description.utf8), to: GoldenRoot.directory.appending("expected"))
    }

    @Test func itIsReadWithItsIndex() throws {
        try copyRoot()
        let check = try Store.check(temporary.root, options: GoldenRoot.options)
        #expect(check.isClean, "\(check.findings.map(\.text))")
        let store = try temporary.open(GoldenRoot.options)
        #expect(try GoldenRoot.description(of: store) == expected)
    }

    @Test func itIsReadWithAnIndexMadeAnew() throws {
        try copyRoot()
        try FileManager.default.removeItem(atPath: temporary.root.appending("index").string)
        let report = try Store.rebuild(temporary.root, options: GoldenRoot.options, disk: .system)
        #expect(report.damage.isClean && report.losses.isEmpty)
        let store = try temporary.open(GoldenRoot.options)
        #expect(try GoldenRoot.description(of: store) == expected)
        // And it can be written to.
        let project = try #require(try store.project(named: "shop"))
        try store.store([1, 2, 3], in: project)
        store.close()
        #expect(try Store.check(temporary.root, options: GoldenRoot.options).isClean)
    }

    @Test func itHasEveryKindOfRecordAndEveryCodec() throws {
        let directory = GoldenRoot.directory.appending("chunks")
        let reader = RecordReader(
            in: directory, salt: try RootLayout(root: GoldenRoot.directory, disk: .system).readFormat().salt,
            disk: .system, logger: quiet)
        var kinds: Set<RecordKind> = []
        var codecs: Set<Codec> = []
        var hasOlder = false
        for name in try RootLayout.names(in: directory) {
            guard let number = FilePath.Component(name).flatMap(ChunkFileHeader.number(named:)),
                var walk = try reader.walk(of: number, end: .max)
            else { continue }
            while let step = try reader.next(&walk, in: number) {
                let record = try #require(step.record)
                kinds.insert(record.header.kind)
                if let frame = FrameProof.header(record) { codecs.insert(frame.codec) }
                guard record.header.kind == .record else { continue }
                let small = try record.withBody { body throws(ChunkingError) in try SmallRecord(decoding: body) }
                if small.older != .none { hasOlder = true }
            }
        }
        #expect(kinds == Set(RecordKind.allCases))
        #expect(codecs == [.zstd, .lz4, .stored, .zstdDelta])
        #expect(hasOlder)
    }
}
