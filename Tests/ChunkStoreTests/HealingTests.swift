import Chunking
import Compression
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore

/// Bugs that were found: what each had left wrong or missing.
@Suite struct HealingTests {
    private let temporary: TemporaryRoot
    private let bytes: [UInt8]
    private let digest: Digest
    private let project: ProjectID

    init() throws {
        temporary = try TemporaryRoot()
        let store = try temporary.open()
        project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 1)
        bytes = randomTar(&random, files: 20, sizeMaximum: 120_000)
        digest = try store.store(bytes, in: project).digest
        store.close()
    }

    /// Flips a bit in every frame; returns how many there are.
    private func damageAllFrames() throws -> Int {
        let file = try #require(try temporary.chunkFiles().first)
        let opened = try OpenFile(1, at: file, mode: .readOnly, disk: .system)
        var scanner = RecordScanner(opened, end: try Disk.system.length(opened.descriptor), disk: .system)
        var middles: [Int] = []
        while let (offset, header) = try scanner.next() {
            if header.kind != .frame { continue }
            middles.append(Int(offset) + RecordHeader.byteCount + Int(header.bodyLength) / 2)
        }
        for middle in middles { try flipBit(of: file, at: middle) }
        return middles.count
    }

    @Test func oneReadOfDamageAndOnePushReplaceAllDamagedFrames() throws {
        #expect(try damageAllFrames() > 2)
        let store = try temporary.open()
        #expect(errorCode { _ = try store.contents(of: digest, in: project) } == .missingContent)
        try store.store(bytes, in: project)
        #expect(try store.contents(of: digest, in: project) == bytes)
    }

    @Test func oneReadOfDamageAndOneUploadReplaceAllDamagedFrames() throws {
        #expect(try damageAllFrames() > 2)
        let store = try temporary.open()
        #expect(errorCode { _ = try store.contents(of: digest, in: project) } == .missingContent)
        let (result, chunks) = split(bytes)
        let ids = (result.recipe.headers + result.recipe.payload).map(\.id)
        let missing = try store.missingChunks(ids, in: project)
        #expect(missing == Array(ids.indices))
        try store.upload(try frames(Set(ids).compactMap { chunks[$0] }), to: project)
        _ = try store.commitBlob(result.recipe, in: project)
        #expect(try store.contents(of: digest, in: project) == bytes)
    }

    @Test func aChunkFileThatIsGoneIsReplacedByOnePush() throws {
        TemporaryRoot.remove(try #require(try temporary.chunkFiles().first))
        let store = try temporary.open()
        try store.store(bytes, in: project)
        #expect(try store.blob(digest, in: project) == nil || store.recipe(of: digest, in: project) == nil)
        try store.store(bytes, in: project)
        #expect(try store.contents(of: digest, in: project) == bytes)
    }

    /// Puts a frame into the store as if it had been verified.
    private func force(_ frame: Frame, under ids: [ChunkReference], into store: Store) throws {
        try store.use { [project] core throws(StoreError) in
            let appended = try core.append(frame, for: project)
            var pending = PendingChunks()
            pending.add(
                AppendedFrame(
                    location: appended.location, chunks: ids, base: [], isPacked: false, pin: appended.pin))
            let rows = pending
            _ = try core.writer.perform { batch throws(StoreError) in try batch.add(rows, to: project) }
        }
    }

    /// What memory that failed between hashing and writing would leave: reading does not notice, its checksum being right.
    @Test func wrongBytesUnderAValidChecksumAreFoundByScrubbing() throws {
        let store = try temporary.open()
        var random = SeededGenerator(seed: 2)
        let (small, wrong) = (random.bytes(1000), random.bytes(1000))
        let chunk = ChunkReference(id: Digest(hashing: small), length: 1000)
        try force(Frame(codec: .stored, chunks: [chunk], payload: wrong), under: [chunk], into: store)
        let blob = try store.store(small, in: project).digest
        #expect(try store.contents(of: blob, in: project) == wrong)
        #expect(try store.scrub().damaged == 1)
        #expect(errorCode { _ = try store.contents(of: blob, in: project) } == .missingContent)
        try store.store(small, in: project)
        #expect(try store.contents(of: blob, in: project) == small)
        // The wrong frame is a waste now.
        #expect(try store.scrub().damaged == 0)
    }

    @Test func wrongBytesUnderAValidChecksumAreMissingOnceDamageWasSeen() throws {
        let store = try temporary.open()
        var random = SeededGenerator(seed: 2)
        let small = random.bytes(1000)
        let chunk = ChunkReference(id: Digest(hashing: small), length: 1000)
        try force(Frame(codec: .stored, chunks: [chunk], payload: random.bytes(1000)), under: [chunk], into: store)
        let blob = try store.store(small, in: project).digest
        _ = try store.contents(of: blob, in: project)
        try store.use { core throws(StoreError) in core.reader.noteDamage() }
        #expect(errorCode { _ = try store.contents(of: blob, in: project) } == .missingContent)
        try store.store(small, in: project)
        #expect(try store.contents(of: blob, in: project) == small)
    }

    @Test func aFrameWithoutTheChunkIsNotSent() throws {
        let store = try temporary.open()
        var random = SeededGenerator(seed: 3)
        let (wanted, other) = (random.bytes(500), random.bytes(500))
        let frame = try #require(try frames([other]).first)
        let chunk = ChunkReference(id: Digest(hashing: wanted), length: 500)
        try force(frame, under: [chunk], into: store)
        var reader = try store.frames(holding: [chunk.id], in: project)
        #expect(errorCode { _ = try reader.next() } == .missingContent)
        #expect(try store.missingChunks([chunk.id], in: project) == [0])
    }
}
