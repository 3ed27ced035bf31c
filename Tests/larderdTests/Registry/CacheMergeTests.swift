import Chunking
import FoundationEssentials
import NIOHTTP1
import OCI
import TestSupport
import Testing

@testable import ChunkStore
@testable import larderd

@Suite("Build caches that several push")
struct CacheMergeTests {
    @Test(
        "A tag has what both have, in the form of the last; each has its own under its digest",
        arguments: SampleWriter.Form.allCases, SampleWriter.Form.allCases)
    func merged(first: SampleWriter.Form, second: SampleWriter.Form) async throws {
        try await withRegistry { registry in
            let writers = [try SampleWriter("one", form: first), try SampleWriter("two", form: second)]
            for writer in writers {
                let answer = try await writer.push(to: "shop/cache", as: "main", registry)
                #expect(answer.headers.first(name: "docker-content-digest") == "\(writer.digest)")
            }
            let served = try await ServedCache("main", of: "shop/cache", registry)
            #expect(served.mediaType == second.mediaType)
            #expect(served.keys.isSuperset(of: writers[0].keys + writers[1].keys))
            // And the one below all others.
            #expect(served.config.records?.count == 8)
            #expect(Set(served.layers.map(\.digest)) == Set(writers.flatMap(\.layers).map { Digest(hashing: $0) }))
            for layer in served.layers {
                #expect(layer.annotations?["containerd.io/uncompressed"] == "\(layer.digest)")
                #expect(layer.annotations?["buildkit/createdat"] == "2026-11-21T10:00:00Z")
            }
            let byDigest = try await registry.client.get("/v2/shop/cache/manifests/\(served.digest)")
            #expect(byDigest.status == 200)
            for writer in writers {
                let own = try await registry.client.get("/v2/shop/cache/manifests/\(writer.digest)")
                #expect(own.bytes == writer.manifest)
            }
            // Who has imported it and built nothing new changes nothing.
            try await writers[0].push(to: "shop/cache", as: "main", registry)
            #expect(try await ServedCache("main", of: "shop/cache", registry).keys == served.keys)
        }
    }

    @Test("Who has all that was there is served as it is")
    func superset() async throws {
        try await withRegistry { registry in
            for padding in [0, 3] {
                let writer = try SampleWriter("one", padding: padding)
                try await writer.push(to: "shop/cache", as: "main", registry)
                #expect(try await ServedCache("main", of: "shop/cache", registry).digest == "\(writer.digest)")
            }
        }
    }

    @Test("Many at once are all there")
    func atOnce() async throws {
        try await withRegistry { registry in
            let writers = try (0..<12).map { try SampleWriter("\($0)", form: $0 % 2 == 0 ? .manifest : .index) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in writers {
                    group.addTask { try await writer.push(to: "shop/cache", as: "main", registry) }
                }
                try await group.waitForAll()
            }
            let served = try await ServedCache("main", of: "shop/cache", registry)
            #expect(served.keys.isSuperset(of: writers.flatMap(\.keys)))
        }
    }

    @Test("By digest with tags, each tag merges by itself; other tags and repositories are not touched")
    func tags() async throws {
        try await withRegistry { registry in
            let (one, two) = (try SampleWriter("one"), try SampleWriter("two"))
            try await one.push(to: "shop/cache", as: "a", registry)
            try await one.push(to: "shop/other", as: "b", registry)
            try await two.push(to: "shop/cache", as: "\(two.digest)?tag=a&tag=b", registry)
            let both = try await ServedCache("a", of: "shop/cache", registry)
            #expect(both.keys.isSuperset(of: one.keys + two.keys))
            #expect(try await ServedCache("b", of: "shop/cache", registry).digest == "\(two.digest)")
            #expect(try await ServedCache("b", of: "shop/other", registry).digest == "\(one.digest)")
        }
    }

    @Test("Tags that are set apart are replaced, immutable ones stay")
    func rules() async throws {
        var rules = TagRules()
        rules.unmerged = try #require(TagPatterns("shop/cache:solo-*"))
        rules.immutable = try #require(TagPatterns("v*"))
        try await withRegistry(rules: rules) { registry in
            let (one, two) = (try SampleWriter("one"), try SampleWriter("two"))
            for tag in ["solo-1", "v1"] { try await one.push(to: "shop/cache", as: tag, registry) }
            try await two.push(to: "shop/cache", as: "solo-1", registry)
            #expect(try await ServedCache("solo-1", of: "shop/cache", registry).digest == "\(two.digest)")
            let refused = try await registry.put(two.manifest, to: "shop/cache", as: "v1")
            #expect(refused.status == 403)
            #expect(try await ServedCache("v1", of: "shop/cache", registry).digest == "\(one.digest)")
        }
    }

    @Test("An image takes the tag from a cache, and a cache from an image, with nothing of what was there")
    func images() async throws {
        try await withRegistry { registry in
            let (one, two) = (try SampleWriter("one"), try SampleWriter("two"))
            try await one.push(to: "shop/cache", as: "main", registry)
            try await two.push(to: "shop/cache", as: "main", registry)
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            try await registry.push(image, to: "shop/cache", as: "main")
            #expect(try await registry.client.get("/v2/shop/cache/manifests/main").bytes == image.manifest)
            try await one.push(to: "shop/cache", as: "main", registry)
            #expect(try await ServedCache("main", of: "shop/cache", registry).keys.isDisjoint(with: two.keys))
        }
    }

    @Test("An inline cache in an image's configuration is given as it came")
    func inline() async throws {
        try await withRegistry { registry in
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let records = Data(#"[{"layers":[{"layer":0}],"digest":"sha256:00"}]"#.utf8).base64EncodedString()
            let config = Array((image.configText.dropLast() + #","moby.buildkit.cache.v0":"\#(records)"}"#).utf8)
            let manifest = try JSONDocument.encode(
                Manifest(
                    config: SampleImage.descriptor(MediaType.configuration, config),
                    layers: image.blobs.map { SampleImage.descriptor(MediaType.layer, $0) }))
            for blob in image.blobs + [config] { _ = try await registry.push(blob, to: "shop/api") }
            try await SampleWriter("one").push(to: "shop/api", as: "main", registry)
            #expect(try await registry.put(manifest, to: "shop/api", as: "main").status == 201)
            #expect(try await registry.client.get("/v2/shop/api/manifests/main").bytes == manifest)
            #expect(
                try await registry.client.get("/v2/shop/api/blobs/\(Digest(hashing: config))").bytes == config)
        }
    }
}
