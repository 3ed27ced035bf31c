import Chunking
import Compression
import TestSupport
import Testing

@testable import ChunkStore

@Suite struct BlobTests {
    @Test func layerRoundTrip() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 1)
        let bytes = randomTar(&random, files: 40, sizeMaximum: 120_000)
        let info = try store.store(bytes, in: project, expecting: Digest(hashing: bytes))
        #expect(info == BlobInfo(digest: Digest(hashing: bytes), size: UInt64(bytes.count), isLayer: true))
        #expect(try store.blob(info.digest, in: project) == info)
        #expect(try store.contents(of: info.digest, in: project) == bytes)
        #expect(try store.entries(of: info.digest, in: project) == split(bytes).result.entries)
        #expect(try store.recipe(of: info.digest, in: project) == split(bytes).result.recipe)
    }

    @Test(arguments: [0, 1, 511, 20_000, 3_000_000])
    func opaqueRoundTrip(count: Int) throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 2)
        let bytes = random.bytes(count)
        let info = try store.store(bytes, in: project)
        #expect(info == BlobInfo(digest: Digest(hashing: bytes), size: UInt64(count), isLayer: false))
        #expect(try store.contents(of: info.digest, in: project) == bytes)
        #expect(try store.entries(of: info.digest, in: project) == nil)
    }

    @Test(arguments: [Codec.zstd, .lz4, .stored])
    func everyCodecRoundTrips(codec: Codec) throws {
        let temporary = try TemporaryRoot()
        var options = Store.Options()
        options.codec = codec
        let store = try temporary.open(options)
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 3)
        let bytes = random.bytes(100_000) + [UInt8](repeating: 7, count: 900_000) + random.bytes(50_000)
        let info = try store.store(bytes, in: project)
        #expect(try store.contents(of: info.digest, in: project) == bytes)
    }

    @Test func rangesAndFiles() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 4)
        let files = (0..<20).map { ("f\($0)", random.bytes(Int.random(in: 0...200_000, using: &random))) }
        let bytes = tar(files)
        let digest = try store.store(bytes, in: project).digest
        for _ in 0..<50 {
            let start = Int.random(in: 0...bytes.count, using: &random)
            let end = Int.random(in: start...bytes.count, using: &random)
            let part = try store.contents(of: digest, range: UInt64(start)..<UInt64(end), in: project)
            #expect(part == Array(bytes[start..<end]))
        }
        let beyond = UInt64(bytes.count) + 1
        #expect(errorCode { _ = try store.contents(of: digest, range: 0..<beyond, in: project) } == .invalidContent)
        let table = try #require(try store.entries(of: digest, in: project))
        for (entry, (name, content)) in zip(table.entries, files) {
            #expect(entry.path == LayerPath(name))
            #expect(try store.contents(of: entry, in: digest, of: project) == content)
        }
        var wrong = table.entries[0]
        wrong.size = .max
        #expect(errorCode { _ = try store.readFile(wrong, of: digest, in: project) } == .invalidContent)
    }

    @Test func contentIsKeptOnce() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let shop = try store.makeProject(named: "shop")
        let bank = try store.makeProject(named: "bank")
        var random = SeededGenerator(seed: 5)
        let shared = (0..<10).map { ("f\($0)", random.bytes(100_000)) }
        let first = tar(shared)
        try store.store(first, in: shop)
        let before = try store.statistics()
        // The same files with other times and one more: only headers and the new file are new.
        let second = tar(shared + [("new", random.bytes(30_000))], mtime: 1_800_000_000)
        try store.store(second, in: bank)
        let after = try store.statistics()
        #expect(after.uniqueBytes - before.uniqueBytes < 45_000)
        #expect(after.logicalBytes == UInt64(first.count + second.count))
        #expect(after.layers == 2)
        // The same again is not even a row.
        try store.store(second, in: bank)
        #expect(try store.statistics() == after)
    }

    @Test func projectsDoNotSeeEachOther() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let shop = try store.makeProject(named: "shop")
        let bank = try store.makeProject(named: "bank")
        var random = SeededGenerator(seed: 6)
        let bytes = randomTar(&random, files: 5, sizeMaximum: 90_000)
        let digest = try store.store(bytes, in: shop).digest
        let recipe = try #require(try store.recipe(of: digest, in: shop))
        let ids = (recipe.headers + recipe.payload).map(\.id)
        #expect(try store.blob(digest, in: bank) == nil)
        #expect(try store.recipe(of: digest, in: bank) == nil)
        #expect(try store.entries(of: digest, in: bank) == nil)
        #expect(try store.contents(of: digest, in: bank) == nil)
        #expect(try store.missingChunks(ids, in: bank) == Array(ids.indices))
        #expect(try store.missingChunks(ids, in: shop).isEmpty)
        #expect(errorCode { _ = try store.frames(holding: ids, in: bank) } == .missingContent)
        #expect(errorCode { _ = try store.commitBlob(recipe, in: bank) } == .missingContent)
        // Whoever sends the bytes has them, and nothing is stored twice.
        let before = try store.statistics().uniqueBytes
        try store.store(bytes, in: bank)
        #expect(try store.contents(of: digest, in: bank) == bytes)
        #expect(try store.statistics().uniqueBytes == before)
    }

    @Test func wrongDigestLeavesNothing() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 7)
        let bytes = random.bytes(500_000)
        let before = try store.statistics()
        #expect(
            errorCode { try store.store(bytes, in: project, expecting: Digest(hashing: [1])) } == .invalidContent)
        #expect(try store.blob(Digest(hashing: bytes), in: project) == nil)
        #expect(try store.statistics().uniqueBytes == before.uniqueBytes)
        #expect(try store.statistics().logicalBytes == before.logicalBytes)
    }

    @Test func droppedWriterLeavesNothing() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 8)
        let bytes = random.bytes(700_000)
        do {
            var writer = store.beginBlob(in: project)
            unsafe try writer.write(bytes.span.bytes)
            #expect(writer.size == 700_000)
        }
        #expect(try store.statistics().chunks == 0)
        try store.store(bytes, in: project)
        store.close()
        #expect(try temporary.open().contents(of: Digest(hashing: bytes), in: project) == bytes)
    }

    @Test func manyAtOnce() async throws {
        let temporary = try TemporaryRoot()
        var options = Store.Options()
        options.chunkFileSize = 1 << 20
        let store = try temporary.open(options)
        let project = try store.makeProject(named: "shop")
        var random = SeededGenerator(seed: 9)
        let shared = random.bytes(200_000)
        let blobs = (0..<12).map { _ in random.bytes(150_000) + shared }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for bytes in blobs {
                group.addTask {
                    let digest = try store.store(bytes, in: project).digest
                    #expect(try store.contents(of: digest, in: project) == bytes)
                }
            }
            try await group.waitForAll()
        }
        for bytes in blobs {
            #expect(try store.contents(of: Digest(hashing: bytes), in: project) == bytes)
        }
    }

    @Test func largeBlobIsCommittedInParts() throws {
        let temporary = try TemporaryRoot()
        var options = Store.Options()
        options.pendingChunksMaximum = 16
        let store = try temporary.open(options)
        let project = try store.makeProject(named: "shop")
        // Files from 16 KiB on have chunks of their own: more of them than one commit takes.
        let count = 40
        var random = SeededGenerator(seed: 10)
        let bytes = tar((0..<count).map { ("\($0)", random.bytes(16_384)) })
        let digest = try store.store(bytes, in: project).digest
        let recipe = try #require(try store.recipe(of: digest, in: project))
        #expect(recipe.payload.count >= count)
        #expect(try store.contents(of: digest, in: project) == bytes)
        let bank = try store.makeProject(named: "bank")
        try store.share([digest], from: project, with: bank)
        #expect(try store.missingChunks(recipe.payload.map(\.id), in: bank).isEmpty)
    }

    /// A bug that was found: a layer whose entry table another project had already could not be committed.
    @Test func twoProjectsUploadTheSameLayer() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        var random = SeededGenerator(seed: 9)
        let (result, chunks) = split(randomTar(&random, files: 3, sizeMaximum: 30_000))
        for name in ["shop", "bank"] {
            let project = try store.makeProject(named: name)
            try store.upload(try frames(Array(chunks.values)), to: project)
            #expect(try store.commitBlob(result.recipe, in: project).isLayer)
            #expect(try store.entries(of: result.recipe.digest, in: project) == result.entries)
        }
    }
}
