import Chunking
import NIOHTTP1
import OCI
import Testing

@testable import larderd

@Suite("Blobs, manifests and tags")
struct ContentTests {
    @Test("The base says which API it is")
    func base() async throws {
        try await withRegistry { registry in
            for path in ["/v2", "/v2/"] {
                let answer = try await registry.client.get(path)
                #expect(answer.status == 200)
                #expect(answer.text == "{}")
                #expect(answer.headers.first(name: "docker-distribution-api-version") == "registry/2.0")
            }
            let unknown = try await registry.client.get("/v2/a/nothing")
            #expect(unknown.status == 404)
            #expect(unknown.registryError == "UNSUPPORTED")
            #expect(try await registry.client.send(.PUT, "/v2/_catalog").status == 405)
        }
    }

    @Test("A blob is given whole and in parts")
    func blob() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let bytes = SampleImage.layer(["a", "b"], bytesEach: 1_500_000)
            let digest = try await registry.push(bytes, to: "shop/api")
            let path = "/v2/shop/api/blobs/\(digest)"
            let head = try await client.send(.HEAD, path)
            #expect(head.status == 200)
            #expect(head.headers.first(name: "content-length") == "\(bytes.count)")
            #expect(head.headers.first(name: "docker-content-digest") == "\(digest)")
            #expect(head.bytes.isEmpty)
            #expect(try await client.get(path).bytes == bytes)
            for (range, part) in [
                ("bytes=0-0", 0..<1), ("bytes=1000-2499999", 1_000..<2_500_000),
                ("bytes=-700", bytes.count - 700..<bytes.count), ("bytes=2000000-", 2_000_000..<bytes.count),
            ] {
                let answer = try await client.send(.GET, path, headers: ["range": range])
                #expect(answer.status == 206)
                #expect(answer.bytes == Array(bytes[part]))
                #expect(
                    answer.headers.first(name: "content-range")
                        == "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(bytes.count)")
                #expect(answer.headers.first(name: "content-length") == "\(part.count)")
            }
            let beyond = try await client.send(.GET, path, headers: ["range": "bytes=\(bytes.count)-"])
            #expect(beyond.status == 416)
            #expect(beyond.headers.first(name: "content-range") == "bytes */\(bytes.count)")
            let changed = try await client.send(
                .GET, path, headers: ["range": "bytes=0-0", "if-range": "\"another\""])
            #expect(changed.status == 200)
            #expect(changed.bytes == bytes)
        }
    }

    @Test("What is not there says what")
    func absent() async throws {
        try await withRegistry { registry in
            let digest = Digest(hashing: [1])
            for (path, code) in [
                ("/v2/a/blobs/\(digest)", "BLOB_UNKNOWN"), ("/v2/a/manifests/x", "MANIFEST_UNKNOWN"),
                ("/v2/a/manifests/\(digest)", "MANIFEST_UNKNOWN"), ("/v2/a/tags/list", "NAME_UNKNOWN"),
            ] {
                let answer = try await registry.client.get(path)
                #expect(answer.status == 404)
                #expect(answer.registryError == code)
                let head = try await registry.client.send(.HEAD, path)
                #expect(head.status == 404)
                #expect(head.bytes.isEmpty)
            }
            #expect(try await registry.client.get("/v2/_catalog").text == #"{"repositories":[]}"#)
        }
    }

    @Test("A manifest comes back byte for byte, by tag and by digest")
    func manifest() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            _ = try await registry.push(image, to: "shop/api", as: "1")
            // The same document, laid out otherwise: another manifest.
            let bytes = Array(String(decoding: image.manifest, as: UTF8.self).replacing(",", with: ",\n ").utf8)
            let digest = Digest(hashing: bytes)
            let put = try await registry.put(bytes, to: "shop/api", as: "1")
            #expect(put.status == 201)
            #expect(put.headers.first(name: "docker-content-digest") == "\(digest)")
            #expect(put.headers.first(name: "location") == "/v2/shop/api/manifests/\(digest)")
            for reference in ["1", "\(digest)"] {
                let answer = try await client.get("/v2/shop/api/manifests/\(reference)")
                #expect(answer.bytes == bytes)
                #expect(answer.headers.first(name: "content-type") == MediaType.manifest)
                #expect(answer.headers.first(name: "docker-content-digest") == "\(digest)")
                let head = try await client.send(.HEAD, "/v2/shop/api/manifests/\(reference)")
                #expect(head.headers.first(name: "content-length") == "\(bytes.count)")
                #expect(head.bytes.isEmpty)
            }
            let former = try await client.get("/v2/shop/api/manifests/\(Digest(hashing: image.manifest))")
            #expect(former.bytes == image.manifest)
            #expect(try await client.get("/v2/shop/web/manifests/1").status == 404)
        }
    }

    @Test("A manifest that is wrong is refused")
    func invalidManifest() async throws {
        try await withRegistry { registry in
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let unknownProject = try await registry.put(image.manifest, to: "shop/api", as: "1")
            #expect(unknownProject.status == 400)
            #expect(unknownProject.registryError == "MANIFEST_BLOB_UNKNOWN")
            _ = try await registry.push(image.layers[0], to: "shop/api")
            let incomplete = try await registry.put(image.manifest, to: "shop/api", as: "1")
            #expect(incomplete.registryError == "MANIFEST_BLOB_UNKNOWN")
            #expect(incomplete.text.contains("\(Digest(hashing: image.config))"))
            _ = try await registry.push(image.config, to: "shop/api")
            let otherDigest = try await registry.put(image.manifest, to: "shop/api", as: "\(Digest(hashing: [1]))")
            #expect(otherDigest.registryError == "DIGEST_INVALID")
            #expect(try await registry.put([1, 2], to: "shop/api", as: "1").registryError == "MANIFEST_INVALID")
            let large = [UInt8](repeating: 32, count: 5 << 20)
            let tooLarge = try await registry.put(large, to: "shop/api", as: "1")
            #expect(tooLarge.status == 413)
            var manifest = try JSONDocument.decode(Manifest.self, from: image.manifest, subject: "it")
            manifest.layers[0].size += 1
            let wrongSize = try await registry.put(JSONDocument.encode(manifest), to: "shop/api", as: "1")
            #expect(wrongSize.registryError == "SIZE_INVALID")
            #expect(try await registry.client.get("/v2/shop/api/tags/list").status == 404)
            #expect(try await registry.put(image.manifest, to: "shop/api", as: "1").status == 201)
        }
    }

    @Test("An index may list manifests and blobs")
    func index() async throws {
        try await withRegistry { registry in
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let digest = try await registry.push(image, to: "shop/api", as: "1")
            let layer = SampleImage.descriptor(MediaType.layer, image.layers[0])
            let child = SampleImage.descriptor(MediaType.manifest, image.manifest)
            let bytes = try JSONDocument.encode(Index(manifests: [child, layer]))
            #expect(try await registry.put(bytes, type: MediaType.index, to: "shop/api", as: "all").status == 201)
            let answer = try await registry.client.get("/v2/shop/api/manifests/all")
            #expect(answer.bytes == bytes)
            #expect(answer.headers.first(name: "content-type") == MediaType.index)
            #expect(answer.headers.first(name: "docker-content-digest") == "\(Digest(hashing: bytes))")
            let deleted = try await registry.client.send(.DELETE, "/v2/shop/api/manifests/\(digest)")
            #expect(deleted.status == 405)
            #expect(deleted.registryError == "DENIED")
        }
    }

    @Test("Tags and repositories are listed in pages")
    func lists() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let tags = ["B", "a", "a-1", "b", "c"]
            for tag in tags.shuffled() { try await registry.push(image, to: "shop/api", as: tag) }
            for name in ["shop/api-2", "shop/ap", "base", "zoo/x/y"] {
                try await registry.push(image, to: name, as: "1")
            }
            #expect(
                try await client.get("/v2/shop/api/tags/list").text
                    == #"{"name":"shop/api","tags":["B","a","a-1","b","c"]}"#)
            let repositories = ["base", "shop/ap", "shop/api", "shop/api-2", "zoo/x/y"]
            for size in 1...6 {
                let path = "/v2/shop/api/tags/list?n=\(size)"
                #expect(try await pages(path, client) { try $0.json(Tags.self).tags } == tags)
                let catalog = "/v2/_catalog?n=\(size)"
                #expect(try await pages(catalog, client) { try $0.json(Catalog.self).repositories } == repositories)
            }
            #expect(try await client.get("/v2/shop/api/tags/list?n=0").json(Tags.self).tags == [])
            #expect(try await client.get("/v2/shop/api/tags/list?last=b").json(Tags.self).tags == ["c"])
            #expect(try await client.get("/v2/shop/api/tags/list?last=zz").json(Tags.self).tags == [])
            #expect(try await client.get("/v2/shop/api/tags/list?n=x").status == 400)
        }
    }

    private struct Tags: Decodable {
        let tags: [String]
    }

    private struct Catalog: Decodable {
        let repositories: [String]
    }

    private func pages(
        _ path: String, _ client: TestClient, _ names: (TestClient.Answer) throws -> [String]
    ) async throws -> [String] {
        var all: [String] = []
        var next: String? = path
        while let path = next {
            let answer = try await client.get(path)
            all += try names(answer)
            next = answer.headers.first(name: "link").map { String($0.dropFirst().prefix { $0 != ">" }) }
        }
        return all
    }

    @Test("A deleted manifest is gone with its tags, a deleted tag alone")
    func delete() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let other = try SampleImage(layers: [SampleImage.layer(["a"])], command: "/bin/false")
            let digest = try await registry.push(image, to: "shop/api", as: "1")
            for tag in ["2", "3"] { try await registry.push(image, to: "shop/api", as: tag) }
            try await registry.push(other, to: "shop/api", as: "other")
            #expect(try await client.send(.DELETE, "/v2/shop/api/manifests/1").status == 202)
            #expect(try await client.send(.DELETE, "/v2/shop/api/manifests/1").status == 404)
            #expect(try await client.get("/v2/shop/api/manifests/2").status == 200)
            #expect(try await client.send(.DELETE, "/v2/shop/api/manifests/\(digest)").status == 202)
            for reference in ["2", "3", "\(digest)"] {
                #expect(try await client.get("/v2/shop/api/manifests/\(reference)").status == 404)
            }
            #expect(try await client.get("/v2/shop/api/tags/list").json(Tags.self).tags == ["other"])
        }
    }
}
