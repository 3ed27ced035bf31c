import AsyncHTTPClient
import CacheAPI
import Chunking
import Compression
import FoundationEssentials
import NIOHTTP1
import OCI
import Testing

@testable import larderd

/// A lie about each digest that a client can tell (Security, "What the server recomputes").
@Suite("What a client says is believed only as far as bytes prove it")
struct LyingClientTests {
    private static let lie = Digest(hashing: Array("a lie".utf8))

    @Test("Digests of blobs and manifests, sizes in manifests")
    func images() async throws {
        try await withRegistry { registry in
            let long = OCIDigest(.sha512, hashing: Array("a lie".utf8))
            for digest in ["\(Self.lie)", "\(long)"] {
                let answer = try await registry.client.send(
                    .POST, "/v2/shop/web/blobs/uploads/?digest=\(digest)", body: .bytes([1, 2, 3]))
                #expect(answer.status == 400 && answer.registryError == "DIGEST_INVALID")
                #expect(try await registry.client.get("/v2/shop/web/blobs/\(digest)").status == 404)
            }
            let image = try SampleImage(layers: [SampleImage.layer(["a"], bytesEach: 300)])
            try await registry.push(image, to: "shop/web", as: "good")
            let wrong = try await registry.put(image.manifest, to: "shop/web", as: "\(Self.lie)")
            #expect(wrong.status == 400 && wrong.registryError == "DIGEST_INVALID")
            #expect(try await registry.client.get("/v2/shop/web/manifests/\(Self.lie)").status == 404)
            var larger = try JSONDecoder().decode(Manifest.self, from: Data(image.manifest))
            larger.layers[0].size += 1
            let answer = try await registry.put(JSONDocument.encode(larger), to: "shop/web", as: "larger")
            #expect(answer.status == 400 && answer.registryError == "SIZE_INVALID")
        }
    }

    @Test("Ids of chunks, and layers that a record, an image or a cache mount names")
    func contents() async throws {
        try await withCache { cache in
            let (path, bytes) = (CachePath.frames(cache.project), Array("the bytes of a chunk".utf8))
            var builder = FrameBuilder(codec: .zstd)
            let chunk = ChunkReference(id: Self.lie, length: UInt32(bytes.count))
            var body: [UInt8] = []
            if let frame = unsafe try builder.add(chunk, bytes.span.bytes) { body += frame.encoded() }
            if let frame = try builder.flush() { body += frame.encoded() }
            #expect(try await cache.http.post(path, body).status == 422)
            #expect(try await cache.missing([Self.lie]) == [0])

            #expect(try await cache.record(Self.record(chain: [Self.lie])).status == 409)
            let mount = CacheMountRecord(
                key: Self.lie, layer: Self.lie, scope: .main, id: "pip", created: 1, writer: "w")
            #expect(try await cache.http.post(CachePath.cacheMounts(cache.project), json: mount).status == 409)
            let config = ImageConfiguration(
                platform: try Platform("linux/amd64"), diffIDs: [Self.lie], history: [])
            let order = AssembleRequest(
                names: ["shop/web:1"], config: String(decoding: try JSONDocument.encode(config), as: UTF8.self))
            #expect(try await cache.http.post(CachePath.images(cache.project), json: order).status == 409)
        }
    }

    @Test("Who wrote a record and who stands for it is what was proved, not what its writer says")
    func authors() async throws {
        try await withCache { cache in
            var record = Self.record(chain: [])
            record.author = RecordAuthor(identity: "token:admin", job: "1", time: 5)
            let statement = RecordStatement(record, in: cache.project, author: record.author)
            let forged = SigningKey()
            record.seal = RecordSignature(statement, with: forged)
            #expect(try await cache.record(record).status == 201)
            let query = ExplainQuery(
                scopes: [.main],
                steps: [
                    .init(
                        lineage: record.lineage, key: record.key, parent: nil, components: [], instruction: "RUN x")
                ])
            let answer = try await cache.http.post(CachePath.explain(cache.project), json: query)
            let nearest = try #require(try answer.json(ExplainAnswer.self).steps.first?.nearest)
            #expect(nearest.author?.identity == "anonymous" && (nearest.author?.time ?? 0) > 1_000_000)

            var signed = Self.record(chain: [])
            signed.key = Digest(hashing: [77])
            signed.signature = RecordSignature(RecordStatement(record, in: cache.project), with: forged)
            #expect(try await cache.record(signed).status == 422)
            signed.signature = RecordSignature(RecordStatement(signed, in: cache.project), with: forged)
            #expect(try await cache.record(signed).status == 201)
        }
    }

    private static func record(chain: [Digest]) -> StepRecord {
        StepRecord(
            key: Digest(hashing: [7]), parent: Digest(hashing: [8]), chain: chain, components: [], instruction: "RUN x",
            seconds: 1, created: 5, scope: .main, writer: "w", replaces: false, lineage: [Digest(hashing: [9])])
    }
}
