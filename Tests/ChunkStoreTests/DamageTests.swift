import Chunking
import Compression
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// What a chunk file has lost is missing: never wrong, and healed when it is stored again.
@Suite struct DamageTests {
    private let temporary: TemporaryRoot
    private let bytes: [UInt8]
    private let digest: Digest
    private let project: ProjectID
    private let file: FilePath

    init() throws {
        temporary = try TemporaryRoot()
        let store = try temporary.open()
        project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 1)
        bytes = randomTar(&random, files: 6, sizeMaximum: 60_000)
        digest = try store.store(bytes, in: project).digest
        _ = try store.put([1, 2, 3], in: .tag, key: [9], project: project)
        store.close()
        file = try #require(try temporary.chunkFiles().first)
    }

    /// Flips a bit in the body of the first record of `kind`.
    /// Flips a bit in the first record of a kind, or in the last.
    private func damage(_ kind: RecordKind, last: Bool = false) throws {
        let opened = try OpenFile(1, at: file, mode: .readOnly, disk: .system)
        var scanner = RecordScanner(opened, end: try Disk.system.length(opened.descriptor), disk: .system)
        var middles: [Int] = []
        while let (offset, header) = try scanner.next() {
            guard header.kind == kind else { continue }
            middles.append(Int(offset) + RecordHeader.byteCount + Int(header.bodyLength) / 2)
        }
        try flipBit(of: file, at: try #require(last ? middles.last : middles.first, "no record of kind \(kind)"))
    }

    @Test func damagedFrame() throws {
        try damage(.frame)
        let store = try temporary.open()
        #expect(errorCode { _ = try store.contents(of: digest, in: project) } == .missingContent)
        // Now it is known: the blob is missing, and so are the chunks that were to be read.
        #expect(try store.blob(digest, in: project) == nil)
        let recipe = split(bytes).result.recipe
        let ids = (recipe.headers + recipe.payload).map(\.id)
        #expect(!(try store.missingChunks(ids, in: project)).isEmpty)
        #expect(errorCode { _ = try store.commitBlob(recipe, in: project) } == .missingContent)
        try store.store(bytes, in: project)
        #expect(try store.contents(of: digest, in: project) == bytes)
        #expect(try store.missingChunks(ids, in: project).isEmpty)
        store.close()
        #expect(try temporary.open().contents(of: digest, in: project) == bytes)
    }

    @Test func damagedFrameHealsByFrames() throws {
        try damage(.frame)
        let store = try temporary.open()
        let (result, chunks) = split(bytes)
        let ids = (result.recipe.headers + result.recipe.payload).map(\.id)
        // A client that asks, sends what is missing and commits, until it works.
        var reader = try store.frames(holding: ids, in: project)
        #expect(errorCode { while try reader.next() != nil {} } == .missingContent)
        let missing = try store.missingChunks(ids, in: project)
        #expect(!missing.isEmpty)
        try store.upload(try frames(missing.compactMap { chunks[ids[$0]] }), to: project)
        _ = try store.commitBlob(result.recipe, in: project)
        #expect(try store.contents(of: digest, in: project) == bytes)
    }

    @Test func damagedRecipe() throws {
        try damage(.blob)
        let store = try temporary.open()
        #expect(try store.contents(of: digest, in: project) == nil)
        #expect(try store.blob(digest, in: project) == nil)
        try store.store(bytes, in: project)
        #expect(try store.contents(of: digest, in: project) == bytes)
    }

    @Test func damagedEntryTable() throws {
        // The table's chunk comes after all others.
        try damage(.frame, last: true)
        let store = try temporary.open()
        #expect(try store.entries(of: digest, in: project) == nil)
        #expect(try store.blob(digest, in: project) == nil)
        try store.store(bytes, in: project)
        #expect(try store.entries(of: digest, in: project) == split(bytes).result.entries)
    }

    @Test func damagedRecord() throws {
        try damage(.record)
        let store = try temporary.open()
        #expect(try store.record(in: .tag, key: [9], project: project) == nil)
        #expect(try store.keys(in: .tag, prefix: [], limit: 10, project: project).isEmpty)
        #expect(try store.put([4], in: .tag, key: [9], project: project, policy: .keepFirst))
        #expect(try store.record(in: .tag, key: [9], project: project) == [4])
    }

    @Test func aRecordInAnothersPlaceIsNotTakenForIt() throws {
        // The whole first frame is overwritten with a valid record of the same length from elsewhere.
        let opened = try OpenFile(1, at: file, mode: .readOnly, disk: .system)
        var scanner = RecordScanner(opened, end: try Disk.system.length(opened.descriptor), disk: .system)
        var random = SeededGenerator(seed: 2)
        while let (offset, header) = try scanner.next() {
            guard header.kind == .frame else { continue }
            let other = try #require(
                RecordHeader.encode(.frame, project: 1, stamp: header.stamp, salt: try temporary.salt) { bytes in
                    let count = Int(header.bodyLength) - 100
                    let chunk = random.bytes(count)
                    let id = ChunkReference(id: Digest(hashing: chunk), length: UInt32(count))
                    Frame(codec: .stored, chunks: [id], payload: chunk).encode(into: &bytes)
                    bytes.removeLast(max(0, bytes.count - header.recordLength))
                })
            var all = try contents(of: file)
            all.replaceSubrange(Int(offset)..<(Int(offset) + other.bytes.count), with: other.bytes)
            try write(all, to: file)
            break
        }
        let store = try temporary.open()
        #expect(errorCode { _ = try store.contents(of: digest, in: project) } == .missingContent)
    }

    @Test(arguments: UInt64(0)..<30)
    func flippedBitsNeverGiveWrongBytes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let length = try contents(of: file).count
        for _ in 0..<3 { try flipBit(of: file, at: Int.random(in: 0..<length, using: &random)) }
        let store = try temporary.open()
        for _ in 0..<2 {
            let read = try? store.contents(of: digest, in: project)
            #expect(read == nil || read == bytes, "seed \(seed)")
            let table = try store.entries(of: digest, in: project)
            #expect(table == nil || table == split(bytes).result.entries, "seed \(seed)")
            let record = try store.record(in: .tag, key: [9], project: project)
            #expect(record == nil || record == [1, 2, 3], "seed \(seed)")
        }
        try store.store(bytes, in: project)
        #expect(try store.contents(of: digest, in: project) == bytes, "seed \(seed)")
    }
}
