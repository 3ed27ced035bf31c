import Chunking
import Compression
import Testing

@testable import ChunkStore

@Suite struct BlobTests {
    @Test func roundTripOfALayer() throws {
        let temporary = try TemporaryRoot()
        let store = try temporary.open()
        let project = try store.makeProject(named: "shop")
        var random = Seeded(1)
        let bytes = randomTar(&random, files: 40, sizeMaximum: 120_000)
        let info = try store.store(bytes, in: project)
        #expect(info == BlobInfo(digest: Digest(hashing: bytes), size: UInt64(bytes.count), isLayer: true))
        #expect(try store.blob(info.digest, in: project) == info)
        #expect(try store.contents(of: info.digest, in: project) == bytes)
        let table = try #require(try store.entries(of: info.digest, in: project))
        #expect(table == split(bytes).result.entries)
        #expect(try store.recipe(of: info.digest, in: project) == split(bytes).result.recipe)
    }
}
