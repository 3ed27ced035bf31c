import CacheAPI
import ChunkStore
import Chunking
import NIOHTTP1
import OCI
import Testing

@testable import larderd

@Suite("Images made of layers")
struct AssemblyTests {
    /// Stores layers as a build does, without an image around them.
    private func store(_ layers: [[UInt8]], in project: String, _ registry: TestRegistry) async throws {
        for layer in layers { _ = try await registry.push(layer, to: "\(project)/any") }
    }

    @Test("An image is pulled as it was assembled, and equal configurations give equal images")
    func assemble() async throws {
        try await withRegistry { registry in
            let layer = SampleImage.layer(["a"])
            let image = try SampleImage(layers: [layer, SampleImage.layer(["b"]), layer])
            try await store(image.layers, in: "shop", registry)
            let catalog = ImageCatalog(executor: registry.executor, logger: .silent)
            let shop = try #require(ProjectName("shop"))
            let request = AssembleRequest(
                names: ["shop/api", "shop/api:1", "shop/api:1", "mirror/shop/api:v"], config: image.configText)
            let answer = try await catalog.assemble(request, in: shop)
            #expect(answer.images.map(\.config) == [Digest(hashing: image.config)])
            #expect(answer.digest == Digest(hashing: image.manifest))
            for path in ["shop/api/manifests/latest", "shop/api/manifests/1", "mirror/shop/api/manifests/v"] {
                let manifest = try await registry.client.get("/v2/\(path)")
                #expect(manifest.bytes == image.manifest)
                #expect(manifest.bytes.count == answer.size)
            }
            for name in ["shop/api", "mirror/shop/api"] {
                for blob in image.layers + [image.config] {
                    #expect(try await registry.client.get("/v2/\(name)/blobs/\(Digest(hashing: blob))").bytes == blob)
                }
            }
            #expect(try await catalog.assemble(request, in: shop).digest == answer.digest)
            let resolved = try await catalog.resolve(
                .init(name: "mirror/shop/api:v", platform: "linux/amd64"), for: shop, refresh: false)
            #expect(resolved.chain == image.diffIDs)
        }
    }

    @Test("An image without layers may be made, once its project exists")
    func scratch() async throws {
        try await withRegistry { registry in
            let image = try SampleImage(layers: [])
            try await store([[1]], in: "default", registry)
            let catalog = ImageCatalog(executor: registry.executor, logger: .silent)
            let answer = try await catalog.assemble(
                AssembleRequest(names: ["empty"], config: image.configText), in: .default)
            #expect(answer.digest == Digest(hashing: image.manifest))
        }
    }

    @Test("What is wrong is refused and nothing is tagged")
    func refuse() async throws {
        try await withRegistry { registry in
            let image = try SampleImage(layers: [SampleImage.layer(["a"]), SampleImage.layer(["b"])])
            try await store([image.layers[0]], in: "default", registry)
            let catalog = ImageCatalog(executor: registry.executor, logger: .silent)
            let good = image.configText
            for (names, config, code, hint) in [
                (["a:1"], good, APIFailure.Code.missingContent, "\(image.diffIDs[1])"),
                ([], good, .badRequest, "--tag"), (["a:1"], "{", .badRequest, "JSON"),
                (["A"], good, .invalidName, "'A'"),
                (["ghcr.io/a:1"], good, .invalidName, "without a host"),
                (["a@\(image.diffIDs[0])"], good, .invalidName, "without a host"), (["a:-"], good, .invalidName, "tag"),
            ] {
                let error = await #expect(throws: APIFailure.self) {
                    try await catalog.assemble(AssembleRequest(names: names, config: config), in: .default)
                }
                #expect(error?.code == code)
                #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
            }
            let unknown = try #require(ProjectName("unknown"))
            let error = await #expect(throws: APIFailure.self) {
                try await catalog.assemble(AssembleRequest(names: ["a"], config: good), in: unknown)
            }
            #expect(error?.code == .missingContent)
            #expect(try await registry.client.get("/v2/a/tags/list").status == 404)
        }
    }
}
