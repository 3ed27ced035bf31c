import Access
import CacheAPI
import Chunking
import FoundationEssentials
import NIOHTTP1
import OCI
import Testing

@testable import larderd

/// What a project has is answered from what was given to it, never from what the store has (CVE-2024-39897 and
/// CVE-2026-35172 are that mistake elsewhere): whoever knows a digest of another project's has nothing of it.
@Suite("Knowing a digest gives nothing of another project")
struct MembershipTests {
    /// A layer and an image that the project `bank` has.
    private struct Secrets {
        let layer: SampleLayer
        let image: SampleImage

        init() throws {
            layer = try SampleLayer([SampleLayer.File(path: "key", content: randomBytes(90_000, seed: 7))])
            image = try SampleImage(layers: [SampleImage.layer(["etc/shadow"])])
        }

        var blob: OCIDigest { .sha256(Digest(hashing: image.blobs[0])) }
    }

    private func withSecrets(_ body: @Sendable (RoleServer, Secrets) async throws -> Void) async throws {
        let secrets = try Secrets()
        let bank = try #require(ProjectName("bank"))
        try await RoleServer.run { server in
            let frames = try await server.send(.POST, CachePath.frames(bank), secrets.layer.body, as: .bank)
            #expect(frames.status == 204)
            let committed = try await server.send(
                .PUT, CachePath.layer(bank, secrets.layer.diffID), secrets.layer.recipe.encoded(), as: .bank)
            #expect(committed.status == 201)
            for blob in secrets.image.blobs + [secrets.image.config] {
                let place = "/v2/bank/app/blobs/uploads/?digest=\(Digest(hashing: blob))"
                #expect(try await server.send(.POST, place, blob, as: .bank).status == 201)
            }
            let pushed = try await server.send(
                .PUT, "/v2/bank/app/manifests/1", secrets.image.manifest, type: MediaType.manifest, as: .bank)
            #expect(pushed.status == 201)
            // The other project is there, too, and has something.
            let own = "/v2/shop/app/blobs/uploads/?digest=\(Digest(hashing: [1]))"
            #expect(try await server.send(.POST, own, [1], as: .write).status == 201)
            try await body(server, secrets)
        }
    }

    private func json(_ value: some Encodable) throws -> [UInt8] { [UInt8](try JSONEncoder().encode(value)) }

    @Test("Chunks are missing, cannot be fetched, and no layer can be made of them")
    func chunks() async throws {
        try await withSecrets { server, secrets in
            let shop = try #require(ProjectName("shop"))
            let ids = secrets.layer.chunkIDs.flatMap(\.rawBytes)
            let missing = try await server.send(.POST, CachePath.missingChunks(shop), ids, as: .write)
            #expect(missing.bytes.count == secrets.layer.chunkIDs.count * 4)
            #expect(try await server.send(.POST, CachePath.fetchChunks(shop), ids, as: .write).status == 409)
            let path = CachePath.layer(shop, secrets.layer.diffID)
            #expect(try await server.send(.PUT, path, secrets.layer.recipe.encoded(), as: .write).status == 409)
            #expect(try await server.send(.GET, path, as: .write).status == 404)
        }
    }

    @Test(
        "Steps, cache mounts and images cannot be recorded with its layers, and its files cannot be read through them")
    func layers() async throws {
        try await withSecrets { server, secrets in
            let shop = try #require(ProjectName("shop"))
            let (layer, key) = (secrets.layer.diffID, Digest(hashing: [5]))
            let record = StepRecord(
                key: key, parent: key, chain: [layer], components: [], instruction: "RUN x", seconds: 1,
                created: 1_700_000_000, scope: .main, writer: "w", replaces: false)
            #expect(try await server.send(.POST, CachePath.steps(shop), json(record), as: .write).status == 409)
            let mount = CacheMountRecord(
                key: key, layer: layer, scope: .main, id: "m", created: 1_700_000_000, writer: "w")
            #expect(try await server.send(.POST, CachePath.cacheMounts(shop), json(mount), as: .write).status == 409)
            let chain = ChainQuery(chain: [layer], paths: ["key"])
            #expect(try await server.send(.POST, CachePath.chainQuery(shop), json(chain), as: .write).status == 409)
            let file = FileQuery(chain: [layer], path: "key")
            #expect(try await server.send(.POST, CachePath.chainFile(shop), json(file), as: .write).status == 409)
            let image = AssembleRequest(names: ["shop/app:latest"], config: secrets.image.configText)
            #expect(try await server.send(.POST, CachePath.images(shop), json(image), as: .write).status == 409)
            // What a step copies from a chain of it has no content that is told.
            let step = GraphQuery.Step(
                op: key, parent: .base(chain: [], platform: "linux/amd64"),
                inputs: [.paths(["key"], of: .base(chain: [layer], platform: "linux/amd64"))])
            let lookup = try await server.send(
                .POST, CachePath.lookup(shop), json(GraphQuery(scopes: [.main], steps: [step])), as: .write)
            #expect(try lookup.json(GraphAnswer.self).steps.first?.verdict == .unknown)
        }
    }

    @Test("Blobs are not there, cannot be mounted, and no image can name them")
    func blobs() async throws {
        try await withSecrets { server, secrets in
            let blob = secrets.blob
            #expect(try await server.send(.HEAD, "/v2/shop/app/blobs/\(blob)", as: .write).status == 404)
            #expect(try await server.send(.GET, "/v2/shop/app/blobs/\(blob)", as: .write).status == 404)
            for query in ["mount=\(blob)&from=bank/app", "mount=\(blob)", "mount=\(blob)&from=shop/app"] {
                let path = "/v2/shop/app/blobs/uploads/?\(query)"
                #expect(try await server.send(.POST, path, as: .write).status == 202, "\(query)")
            }
            let pushed = try await server.send(
                .PUT, "/v2/shop/app/manifests/latest", secrets.image.manifest, type: MediaType.manifest, as: .write)
            #expect(pushed.registryError == "MANIFEST_BLOB_UNKNOWN")
            #expect(try await server.send(.GET, "/v2/_catalog", as: .write).text.contains("bank") == false)
        }
    }

    @Test("A base image of another project takes the right to read there, which copies membership")
    func bases() async throws {
        try await withSecrets { server, secrets in
            let shop = try #require(ProjectName("shop"))
            let query = ResolveQuery(
                images: [.init(name: "bank/app:1", platform: "linux/amd64")], refresh: false)
            let refused = try await server.send(.POST, CachePath.resolve(shop), json(query), as: .write)
            #expect(refused.status == 404)
            #expect(try await server.send(.POST, CachePath.resolve(shop), json(query), as: .both).status == 200)
            // Now it is the project's own.
            let blob = secrets.blob
            #expect(try await server.send(.HEAD, "/v2/shop/app/blobs/\(blob)", as: .read).status == 200)
        }
    }

    @Test("A blob is mounted from where whoever asks may read")
    func mounting() async throws {
        try await withSecrets { server, secrets in
            let path = "/v2/shop/app/blobs/uploads/?mount=\(secrets.blob)&from=bank/app"
            let (without, with) = try await (
                server.send(.POST, path, as: .write), server.send(.POST, path, as: .both)
            )
            #expect(without.status == 202)
            #expect(with.status == 201)
        }
    }
}
