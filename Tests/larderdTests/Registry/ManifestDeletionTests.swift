import Chunking
import NIOHTTP1
import OCI
import Testing

@testable import larderd

@Suite("Deleting a manifest by its digest")
struct ManifestDeletionTests {
    private static func image(_ command: String) throws -> SampleImage {
        try SampleImage(layers: [SampleImage.layer(["a"])], command: command)
    }

    @Test("All its tags go, also those that nobody has asked for lately")
    func allTags() async throws {
        try await withRegistry { registry in
            let image = try Self.image("/bin/one")
            let digest = try await registry.push(image, to: "shop/api", as: "first")
            // By digest with tags, so that the server has heard of each in another way.
            _ = try await registry.put(image.manifest, to: "shop/api", as: "\(digest)?tag=second&tag=third")
            #expect(try await registry.client.get("/v2/shop/api/manifests/second").status == 200)
            let other = try Self.image("/bin/other")
            _ = try await registry.push(other, to: "shop/api", as: "other")
            #expect(try await registry.client.send(.DELETE, "/v2/shop/api/manifests/\(digest)").status == 202)
            let tags = try await registry.client.get("/v2/shop/api/tags/list")
            #expect(tags.text.contains(#"["other"]"#))
            #expect(try await registry.client.get("/v2/shop/api/manifests/\(digest)").status == 404)
        }
    }

    @Test("A tag that has moved since it was asked for stays")
    func movedTag() async throws {
        try await withRegistry { registry in
            let (old, new) = (try Self.image("/bin/old"), try Self.image("/bin/new"))
            let digest = try await registry.push(old, to: "shop/api", as: "latest")
            #expect(try await registry.client.get("/v2/shop/api/manifests/latest").status == 200)
            _ = try await registry.put(old.manifest, to: "shop/api", as: "kept")
            _ = try await registry.push(new, to: "shop/api", as: "latest")
            #expect(try await registry.client.send(.DELETE, "/v2/shop/api/manifests/\(digest)").status == 202)
            #expect(try await registry.client.get("/v2/shop/api/tags/list").text.contains(#"["latest"]"#))
            #expect(try await registry.client.get("/v2/shop/api/manifests/latest").bytes == new.manifest)
        }
    }

    @Test("Tags are only a hint, and few of one manifest are remembered")
    func hints() throws {
        let recent = RecentTags()
        let (one, other) = (try RepositoryName("shop/api"), try RepositoryName("shop/web"))
        let digest = OCIDigest.sha256(Digest(hashing: [1]))
        for number in 0..<20 { recent.note(try TagName("t\(number)"), of: digest, in: one) }
        recent.note(try TagName("t0"), of: digest, in: one)
        #expect(recent.tags(of: digest, in: one).count == 16)
        #expect(recent.tags(of: digest, in: other).isEmpty)
    }
}
