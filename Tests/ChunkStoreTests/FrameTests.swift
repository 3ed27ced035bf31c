import Chunking
import Compression
import TestSupport
import Testing

@testable import ChunkStore

@Suite struct FrameTests {
    /// A layer as a client has it, and a store that has none of it.
    private struct Upload {
        let temporary: TemporaryRoot
        let store: Store
        let project: ProjectID
        let bytes: [UInt8]
        let recipe: Recipe
        let chunks: [Digest: [UInt8]]
        let frames: [Frame]

        init(seed: UInt64) throws {
            temporary = try TemporaryRoot()
            store = try temporary.open()
            project = try store.makeProject(named: "shop")
            var random = SeededGenerator(seed: seed)
            bytes = randomTar(&random, files: 12, sizeMaximum: 150_000)
            let result = split(bytes)
            recipe = result.result.recipe
            chunks = result.chunks
            let ids = (recipe.headers + recipe.payload).map(\.id)
            var seen: Set<Digest> = []
            frames = try ChunkStoreTests.frames(ids.compactMap { seen.insert($0).inserted ? result.chunks[$0] : nil })
        }

        var ids: [Digest] { (recipe.headers + recipe.payload).map(\.id) }
    }

    @Test func uploadAndCommit() throws {
        let upload = try Upload(seed: 1)
        let store = upload.store
        #expect(try store.missingChunks(upload.ids, in: upload.project) == Array(upload.ids.indices))
        #expect(try store.upload(upload.frames, to: upload.project) == upload.chunks.count)
        #expect(try store.missingChunks(upload.ids, in: upload.project).isEmpty)
        let info = try store.commitBlob(upload.recipe, in: upload.project)
        #expect(info.isLayer)
        #expect(try store.contents(of: upload.recipe.digest, in: upload.project) == upload.bytes)
        #expect(try store.entries(of: info.digest, in: upload.project) == split(upload.bytes).result.entries)
        #expect(try store.commitBlob(upload.recipe, in: upload.project) == info)
    }

    @Test func nothingIsVisibleBeforeTheCommit() throws {
        let upload = try Upload(seed: 2)
        var batch = upload.store.beginFrames(in: upload.project)
        for frame in upload.frames { try batch.append(frame) }
        #expect(try upload.store.missingChunks(upload.ids, in: upload.project) == Array(upload.ids.indices))
        _ = try batch.commit()
        #expect(try upload.store.missingChunks(upload.ids, in: upload.project).isEmpty)
    }

    @Test func commitNamesWhatIsMissing() throws {
        let upload = try Upload(seed: 3)
        try upload.store.upload(Array(upload.frames.dropLast()), to: upload.project)
        #expect(errorCode { _ = try upload.store.commitBlob(upload.recipe, in: upload.project) } == .missingContent)
        #expect(try upload.store.blob(upload.recipe.digest, in: upload.project) == nil)
        let missing = try upload.store.missingChunks(upload.ids, in: upload.project)
        #expect(Set(missing.map { upload.ids[$0] }) == Set(upload.frames.last?.chunks.map(\.id) ?? []))
        try upload.store.upload([try #require(upload.frames.last)], to: upload.project)
        _ = try upload.store.commitBlob(upload.recipe, in: upload.project)
    }

    @Test func recipesThatLieAreRefused() throws {
        let upload = try Upload(seed: 4)
        try upload.store.upload(upload.frames, to: upload.project)
        let recipe = upload.recipe
        let lies = [
            Recipe(
                parameters: recipe.parameters, digest: Digest(hashing: [1]), size: recipe.size,
                headers: recipe.headers, payload: recipe.payload, extents: recipe.extents),
            Recipe(
                parameters: recipe.parameters, digest: recipe.digest, size: recipe.size, headers: recipe.headers,
                payload: recipe.payload.reversed(), extents: recipe.extents),
            Recipe(
                parameters: recipe.parameters, digest: recipe.digest, size: recipe.size + 1,
                headers: recipe.headers, payload: recipe.payload, extents: recipe.extents),
            Recipe(
                parameters: 999, digest: recipe.digest, size: recipe.size, headers: recipe.headers,
                payload: recipe.payload, extents: recipe.extents),
        ]
        for lie in lies {
            let code = errorCode { _ = try upload.store.commitBlob(lie, in: upload.project) }
            #expect(code == .invalidContent || code == .missingContent)
            #expect(try upload.store.blob(lie.digest, in: upload.project) == nil)
        }
    }

    @Test func aRecipeThatIsCutOtherwiseIsRefused() throws {
        let upload = try Upload(seed: 5)
        let halves = [Array(upload.bytes.prefix(100_000)), Array(upload.bytes.dropFirst(100_000).prefix(100_000))]
        try upload.store.upload(try frames(halves), to: upload.project)
        let whole = halves[0] + halves[1]
        let recipe = Recipe(
            parameters: 1, digest: Digest(hashing: whole), size: UInt64(whole.count), headers: [],
            payload: halves.map { ChunkReference(id: Digest(hashing: $0), length: UInt32($0.count)) },
            extents: [Recipe.Extent(stream: .payload, length: UInt64(whole.count))])
        #expect(errorCode { _ = try upload.store.commitBlob(recipe, in: upload.project) } == .invalidContent)
    }

    @Test func tamperedFramesAreRefused() throws {
        let upload = try Upload(seed: 6)
        let frame = try #require(upload.frames.first)
        var payload = frame.payload
        payload[payload.count / 2] ^= 1
        let tampered = Frame(codec: frame.codec, chunks: frame.chunks, payload: payload)
        let before = try upload.store.statistics()
        var batch = upload.store.beginFrames(in: upload.project)
        #expect(throws: StoreError.self) { try batch.append(tampered) }
        #expect(try batch.commit() == 0)
        #expect(try upload.store.statistics() == before)
        let renamed = Frame(
            codec: frame.codec,
            chunks: frame.chunks.map { ChunkReference(id: Digest(hashing: $0.id.rawBytes), length: $0.length) },
            payload: frame.payload)
        #expect(errorCode { try upload.store.upload([renamed], to: upload.project) } == .invalidContent)
    }

    @Test func framesComeBackAsTheyWere() throws {
        let upload = try Upload(seed: 7)
        try upload.store.upload(upload.frames, to: upload.project)
        // Asked for from the last chunk on, each several times.
        let ids = Array(upload.ids.reversed()) + upload.ids
        var reader = try upload.store.frames(holding: ids, in: upload.project)
        var read: [Frame] = []
        while let frame = try reader.next() { read.append(frame) }
        #expect(read.count == upload.frames.count)
        #expect(Set(read.map { $0.encoded() }) == Set(upload.frames.map { $0.encoded() }))
        #expect(read.first?.chunks.map(\.id).contains(ids[0]) == true)
    }

    @Test func knownFramesAreNotAppendedAgain() throws {
        let upload = try Upload(seed: 8)
        try upload.store.upload(upload.frames, to: upload.project)
        let before = try upload.store.statistics()
        #expect(try upload.store.upload(upload.frames, to: upload.project) == 0)
        #expect(try upload.store.statistics() == before)
        let bank = try upload.store.makeProject(named: "bank")
        #expect(try upload.store.upload(upload.frames, to: bank) == 0)
        #expect(try upload.store.missingChunks(upload.ids, in: bank).isEmpty)
        #expect(try upload.store.statistics().uniqueBytes == before.uniqueBytes)
        #expect(try upload.store.statistics().storedBytes < before.storedBytes + 200_000)
    }

    @Test func framesHoldNothingOfOtherProjects() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let shop = try store.makeProject(named: "shop")
        let bank = try store.makeProject(named: "bank")
        var random = SeededGenerator(seed: 9)
        let secret = random.bytes(40_000)
        let public_ = random.bytes(30_000)
        // Both of the shop's chunks are in one frame; the bank has one of them.
        #expect(try store.upload(try frames([secret, public_]), to: shop) == 2)
        try store.upload(try frames([public_]), to: bank)
        var reader = try store.frames(holding: [Digest(hashing: public_)], in: bank)
        let frame = try #require(try reader.next())
        #expect(frame.chunks.map(\.id) == [Digest(hashing: public_)])
        var decoder = FrameDecoder()
        #expect(try decoder.decode(frame, verify: true) { [UInt8](copying: $0) } == public_)
        #expect(try reader.next() == nil)
    }

    @Test func duplicatesInFlightAreHarmless() throws {
        let upload = try Upload(seed: 10)
        var first = upload.store.beginFrames(in: upload.project)
        var second = upload.store.beginFrames(in: upload.project)
        for frame in upload.frames {
            try first.append(frame)
            try second.append(frame)
            try second.append(frame)
        }
        let added = try first.commit() + second.commit()
        #expect(added == upload.chunks.count)
        _ = try upload.store.commitBlob(upload.recipe, in: upload.project)
        #expect(try upload.store.contents(of: upload.recipe.digest, in: upload.project) == upload.bytes)
    }

    @Test func sharingGivesBlobsWithoutBytes() throws {
        let upload = try Upload(seed: 11)
        let store = upload.store
        let bank = try store.makeProject(named: "bank")
        try store.upload(upload.frames, to: upload.project)
        let info = try store.commitBlob(upload.recipe, in: upload.project)
        let absent = Digest(hashing: [9])
        #expect(
            errorCode { try store.share([info.digest, absent], from: upload.project, with: bank) } == .missingContent)
        #expect(try store.blob(info.digest, in: bank) == nil)
        #expect(try store.missingChunks(upload.ids, in: bank) == Array(upload.ids.indices))
        let before = try store.statistics()
        try store.share([info.digest], from: upload.project, with: bank)
        try store.share([info.digest], from: upload.project, with: bank)
        #expect(try store.blob(info.digest, in: bank) == info)
        #expect(try store.contents(of: info.digest, in: bank) == upload.bytes)
        #expect(try store.entries(of: info.digest, in: bank) == store.entries(of: info.digest, in: upload.project))
        #expect(try store.missingChunks(upload.ids, in: bank).isEmpty)
        let after = try store.statistics()
        #expect(after.uniqueBytes == before.uniqueBytes)
        #expect(after.logicalBytes == 2 * before.logicalBytes)
    }
}
