import ChunkStore
import Chunking
import HTTPTypes
import NIOCore
import NIOHTTP1
import OCI
import Testing

@testable import larderd

@Suite("Manifests that are asked for again and again")
struct RecentManifestsTests {
    private static func image(_ command: String) throws -> SampleImage {
        try SampleImage(layers: [SampleImage.layer(["a"])], command: command)
    }

    @Test("They are given without a look at the store until something changes there")
    func recent() async throws {
        try await withRegistry { registry in
            let image = try Self.image("/bin/one")
            let digest = try await registry.push(image, to: "shop/api", as: "latest")
            let store = registry.executor.store
            let (name, other) = (try RepositoryName("shop/api"), try RepositoryName("shop/web"))
            let tag = ManifestReference.tag(try TagName("latest"))
            let recent = RecentManifests()
            let version = try store.version
            let answer = ManifestAnswer(StoredManifest(mediaType: MediaType.manifest, bytes: image.manifest))
            recent.note(answer, for: tag, in: name, at: version)
            let found = try #require(recent.answer(tag, in: name, of: store))
            #expect([UInt8](buffer: found.body) == image.manifest)
            #expect(found.headers[.dockerContentDigest] == "\(digest)")
            #expect(recent.answer(tag, in: other, of: store) == nil)
            #expect(recent.answer(.digest(.sha256(digest)), in: name, of: store) == nil)
            _ = try await registry.push(try Self.image("/bin/two"), to: "shop/other", as: "latest")
            #expect(recent.answer(tag, in: name, of: store) == nil)
        }
    }

    @Test("They are looked up again after a second, so that what they name stays held")
    func lifetime() async throws {
        try await withRegistry { registry in
            let store = registry.executor.store
            let (name, tag) = (try RepositoryName("shop/api"), ManifestReference.tag(try TagName("latest")))
            let recent = RecentManifests()
            let answer = ManifestAnswer(StoredManifest(mediaType: MediaType.manifest, bytes: [1]))
            recent.note(answer, for: tag, in: name, at: try store.version)
            try await Task.sleep(for: RecentManifests.lifetime + .milliseconds(50))
            #expect(recent.answer(tag, in: name, of: store) == nil)
            let long = ManifestAnswer(
                StoredManifest(mediaType: MediaType.manifest, bytes: [UInt8](repeating: 1, count: 100_000)))
            recent.note(long, for: tag, in: name, at: try store.version)
            #expect(recent.answer(tag, in: name, of: store) == nil)
        }
    }

    @Test("A tag that moves, and a manifest that is deleted, are seen at once")
    func changes() async throws {
        try await withRegistry { registry in
            let (one, two) = (try Self.image("/bin/one"), try Self.image("/bin/two"))
            _ = try await registry.push(one, to: "shop/api", as: "latest")
            let digest = try await registry.push(two, to: "shop/api", as: "next")
            for round in 0..<4 {
                let image = round.isMultiple(of: 2) ? two : one
                _ = try await registry.put(image.manifest, to: "shop/api", as: "latest")
                for _ in 0..<3 {
                    #expect(try await registry.client.get("/v2/shop/api/manifests/latest").bytes == image.manifest)
                }
            }
            #expect(try await registry.client.get("/v2/shop/api/manifests/\(digest)").status == 200)
            #expect(try await registry.client.send(.DELETE, "/v2/shop/api/manifests/\(digest)").status == 202)
            #expect(try await registry.client.get("/v2/shop/api/manifests/\(digest)").status == 404)
            #expect(try await registry.client.get("/v2/shop/api/manifests/next").status == 404)
        }
    }
}
