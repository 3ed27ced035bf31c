import Chunking
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

@Suite struct OpeningTests {
    @Test func secondOpenerIsRefused() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        do {
            _ = try temporary.open()
            Issue.record("a root in use was opened")
        } catch let error as StoreError {
            #expect(error.code == .rootInUse)
            let pid = String(decoding: try contents(of: temporary.root.appending("lock")), as: UTF8.self)
            #expect(error.description.contains(pid.filter(\.isNumber)))
            #expect(error.description.contains("--root"))
        }
        store.close()
        store.close()
        #expect(errorCode { _ = try store.statistics() } == .closed)
        #expect(errorCode { try store.store([1], in: ProjectID(number: 1)) } == .closed)
        _ = try temporary.open()
    }

    @Test func droppingAStoreClosesIt() throws {
        let temporary = try TemporaryRoot()
        for _ in 0..<3 { _ = try temporary.open().makeProject(named: "shop") }
    }

    @Test func whoMayNotOpenARootIsToldWhatToDo() throws {
        let temporary = try TemporaryRoot()
        try temporary.open().close()
        var disk = Disk.system
        disk.open = { _, _, _ throws(Errno) in throw Errno.permissionDenied }
        let error = #expect(throws: StoreError.self) { _ = try temporary.open(disk: disk) }
        #expect(error?.description.contains("Permission denied; run as a user who may do that") == true)
    }

    @Test func otherFormatsAreRefused() throws {
        let temporary = try TemporaryRoot()
        try temporary.open().close()
        try write(Array("larder 2\n".utf8), to: temporary.root.appending("format"))
        #expect(errorCode { _ = try temporary.open() } == .unsupportedFormat)
    }

    @Test func onlyTheOwnerMayRead() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        _ = try store.makeProject(named: "shop")
        let paths = [
            "", "lock", "format", "chunks", "chunks/00000001.chunks", "index", "index/data.mdb", "index/lock.mdb",
        ]
        for path in paths { #expect(try mode(of: temporary.root.pushing(FilePath(path))) & 0o077 == 0, "\(path)") }
    }

    @Test func aLostIndexIsNotReplacedByAnEmptyOne() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        _ = try store.makeProject(named: "shop")
        store.close()
        TemporaryRoot.remove(temporary.root.appending("index"))
        let before = try contents(of: try #require(try temporary.chunkFiles().first))
        #expect(errorCode { _ = try temporary.open() } == .io)
        #expect(try contents(of: try #require(try temporary.chunkFiles().first)) == before)
    }

    @Test func fullFilesAreSealed() throws {
        let temporary = try TemporaryRoot()
        var options = Store.Options()
        options.chunkFileSize = 100_000
        var store = try temporary.open(options)
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 1)
        var blobs: [[UInt8]] = []
        for _ in 0..<6 {
            blobs.append(random.bytes(60_000))
            try store.store(blobs[blobs.count - 1], in: project)
            store.close()
            store = try temporary.open(options)
        }
        let files = try temporary.chunkFiles()
        #expect(files.count > 2)
        #expect(try store.statistics().chunkFiles == UInt64(files.count))
        for file in files.dropLast() {
            let bytes = try contents(of: file)
            let offset = try #require(unsafe Footer.offset(trailer: bytes.span.bytes.extracting(last: 16)))
            let all = try records(of: file)
            #expect(all.last?.kind == .seal)
            let body = unsafe bytes.span.bytes.extracting(droppingFirst: Int(offset) + RecordHeader.byteCount)
            let decoded = Footer(body: body)
            let footer = try #require(decoded)
            #expect(footer.items.map(\.kind) == all.dropLast().map(\.kind.rawValue))
        }
        for bytes in blobs { #expect(try store.contents(of: Digest(hashing: bytes), in: project) == bytes) }
        let lengths = try files.reduce(0) { $0 + (try contents(of: $1).count) }
        let statistics = try store.statistics()
        #expect(statistics.storedBytes >= UInt64(lengths))
    }

    @Test func whatWasNotCommittedIsCutOff() throws {
        let temporary = try TemporaryRoot()
        var store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        #expect(try store.put([1], in: .tag, key: [1], project: project))
        store.close()
        let file = try #require(try temporary.chunkFiles().first)
        let committed = try contents(of: file)
        let next = temporary.chunks.appending(ChunkFileHeader.name(2))
        let afterNext = temporary.chunks.appending(ChunkFileHeader.name(3))
        for garbage in [[1], Array(committed[64...]), [UInt8](repeating: 0, count: 9000)] {
            try write(committed + garbage, to: file)
            try write(garbage, to: next)
            try write(garbage, to: afterNext)
            store = try temporary.open()
            #expect(try contents(of: file) == committed)
            #expect(try temporary.chunkFiles() == [file])
            #expect(try store.record(in: .tag, key: [1], project: project) == [1])
            store.close()
        }
        store = try temporary.open()
        #expect(try store.put([2], in: .tag, key: [2], project: project))
        #expect(try records(of: file).map(\.kind) == [.project, .record, .record])
    }

    @Test(arguments: [0, 10, 64, 200, 60_000])
    func aFileThatLostItsEndIsNotAppendedTo(length: Int) throws {
        let temporary = try TemporaryRoot()
        var store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 2)
        let (first, second) = (random.bytes(50_000), random.bytes(50_000))
        try store.store(first, in: project)
        try store.store(second, in: project)
        store.close()
        let file = try #require(try temporary.chunkFiles().first)
        try write(Array(try contents(of: file).prefix(length)), to: file)
        store = try temporary.open()
        let third = random.bytes(50_000)
        try store.store(third, in: project)
        #expect(try temporary.chunkFiles().count == 2)
        #expect(try contents(of: file).count == length)
        for bytes in [first, second, third] {
            let digest = Digest(hashing: bytes)
            let read = try? store.contents(of: digest, in: project)
            #expect(read == nil || read == bytes)
            try store.store(bytes, in: project)
            #expect(try store.contents(of: digest, in: project) == bytes)
        }
    }
}
