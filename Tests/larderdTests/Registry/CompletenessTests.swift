import Access
import CacheAPI
import ChunkStore
import Chunking
import NIOHTTP1
import OCI
import Testing

@testable import ChunkStore
@testable import larderd

@Suite("Manifests and what they name")
struct CompletenessTests {
    /// A cache of BuildKit over `layers`.
    private static func cache(_ config: [UInt8], _ layers: [[UInt8]]) throws -> [UInt8] {
        try JSONDocument.encode(
            Manifest(
                config: SampleImage.descriptor(MediaType.buildCache, config),
                layers: layers.map { SampleImage.descriptor(MediaType.layer, $0) }))
    }

    /// Gives up a blob as if it had been found damaged.
    private static func damage(_ digest: Digest, of store: Store) throws {
        let project = try #require(try store.project(named: "shop"))
        try store.use { core throws(StoreError) in
            let row = try core.index.read { transaction throws(StoreError) in
                try transaction.blob(digest, in: project)
            }
            if let row { core.forget(digest, of: project, ifStill: row) }
        }
    }

    @Test("One of which something was damaged is not there until that is pushed again")
    func damaged() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let image = try SampleImage(layers: [SampleImage.layer(["a"]), SampleImage.layer(["b"])])
            let digest = try await registry.push(image, to: "shop/api", as: "1")
            try await registry.executor.run { try Self.damage(image.diffIDs[1], of: $0) }
            for reference in ["1", "\(digest)"] {
                let answer = try await client.get("/v2/shop/api/manifests/\(reference)")
                #expect(answer.status == 404)
                #expect(answer.registryError == "MANIFEST_UNKNOWN")
                #expect(try await client.send(.HEAD, "/v2/shop/api/manifests/\(reference)").status == 404)
            }
            _ = try await registry.push(image.layers[1], to: "shop/api")
            #expect(try await client.get("/v2/shop/api/manifests/1").bytes == image.manifest)
        }
    }

    @Test("What one names is held for a lease period after it was given or described", arguments: [nil, "GET", "HEAD"])
    func lease(method: String?) async throws {
        let clock = ManualClock()
        try await withRegistry(options: clock.options) { registry in
            let client = registry.client
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let digest = try await registry.push(image, to: "shop/api", as: "1")
            clock.advance(by: 100_000)
            if let method {
                let answer = try await client.send(.init(rawValue: method), "/v2/shop/api/manifests/1")
                #expect(answer.status == 200)
            }
            #expect(try await client.send(.DELETE, "/v2/shop/api/manifests/\(digest)").status == 202)
            #expect(try await registry.executor.run { try $0.collect().removedBlobs } == (method == nil ? 2 : 0))
            clock.advance(by: 6_000)
            _ = try await registry.executor.run { try $0.collect() }
            let layer = try await client.get("/v2/shop/api/blobs/\(image.diffIDs[0])")
            #expect(layer.status == (method == nil ? 404 : 200))
            clock.advance(by: 100_000)
            _ = try await registry.executor.run { try $0.collect() }
            #expect(try await client.get("/v2/shop/api/blobs/\(image.diffIDs[0])").status == 404)
        }
    }

    @Test("A cache of BuildKit is taken only when it is complete, in both forms")
    func cache() async throws {
        try await withRegistry { registry in
            let config = Array(#"{"layers":[],"records":[]}"#.utf8)
            let layers = [SampleImage.layer(["a"]), SampleImage.layer(["b"])]
            let manifest = try Self.cache(config, layers)
            let index = try JSONDocument.encode(
                Index(
                    manifests: layers.map { SampleImage.descriptor(MediaType.layer, $0) }
                        + [SampleImage.descriptor(MediaType.buildCache, config)]))
            let forms = [(manifest, MediaType.manifest, "m"), (index, MediaType.index, "i")]
            for blob in [config, layers[0]] {
                _ = try await registry.push(blob, to: "shop/cache")
                for (bytes, type, tag) in forms {
                    let answer = try await registry.put(bytes, type: type, to: "shop/cache", as: tag)
                    #expect(answer.status == 400)
                    #expect(answer.registryError == "MANIFEST_BLOB_UNKNOWN")
                    #expect(answer.text.contains("\(Digest(hashing: layers[1]))"))
                }
            }
            _ = try await registry.push(layers[1], to: "shop/cache")
            for (bytes, type, tag) in forms {
                #expect(try await registry.put(bytes, type: type, to: "shop/cache", as: tag).status == 201)
                #expect(try await registry.client.get("/v2/shop/cache/manifests/\(tag)").bytes == bytes)
            }
        }
    }

    @Test("A sparse image is taken, but takes no tag from another, and keeps what comes later")
    func sparse() async throws {
        let clock = ManualClock()
        try await withRegistry(options: clock.options) { registry in
            let client = registry.client
            let image = try SampleImage(layers: [SampleImage.layer(["a"]), SampleImage.layer(["b"])])
            let other = try SampleImage(layers: [SampleImage.layer(["a"])])
            try await registry.push(other, to: "shop/api", as: "latest")
            _ = try await registry.push(image.config, to: "shop/api")
            let refused = try await registry.put(image.manifest, to: "shop/api", as: "latest")
            #expect(refused.registryError == "MANIFEST_BLOB_UNKNOWN")
            let put = try await registry.put(image.manifest, to: "shop/api", as: "sparse")
            #expect(put.status == 201)
            #expect(put.headers.first(name: "warning")?.hasPrefix("299 - ") == true)
            #expect(try await client.get("/v2/shop/api/manifests/sparse").bytes == image.manifest)
            _ = try await registry.push(image.layers[1], to: "shop/api")
            #expect(try await client.get("/v2/shop/api/manifests/sparse").bytes == image.manifest)
            clock.advance(by: 100_000)
            _ = try await registry.executor.run { try $0.collect() }
            #expect(try await client.get("/v2/shop/api/blobs/\(image.diffIDs[1])").bytes == image.layers[1])
        }
    }

    @Test("A repository can be set to refuse what is not complete")
    func complete() async throws {
        var rules = TagRules()
        rules.complete = [try #require(NamePattern("shop/*"))]
        try await withRegistry(rules: rules) { registry in
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            for (repository, status) in [("shop/api", 400), ("tools/api", 201)] as [(String, UInt)] {
                _ = try await registry.push(image.config, to: repository)
                let answer = try await registry.put(image.manifest, to: repository, as: "1")
                #expect(answer.status == status)
                let child = SampleImage.descriptor(MediaType.manifest, [1, 2])
                let index = try JSONDocument.encode(Index(manifests: [child]))
                let sparse = try await registry.put(index, type: MediaType.index, to: repository, as: "i")
                #expect(sparse.status == status)
            }
        }
    }
}
