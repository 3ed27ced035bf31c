import ChunkStore
import Chunking
import NIOHTTP1
import OCI
import Testing

@testable import larderd

@Suite("What is about a manifest")
struct ReferrersTests {
    private struct List: Decodable {
        struct Entry: Decodable, Hashable {
            let mediaType: String
            let digest: String
            let size: Int
            let artifactType: String?
            let annotations: [String: String]?
        }

        let schemaVersion: Int
        let mediaType: String
        let manifests: [Entry]
    }

    /// An artifact about `subject` with a configuration that is pushed first.
    static func artifact(
        about subject: OCIDigest, type: String?, note: String, in registry: TestRegistry
    ) async throws -> [UInt8] {
        let config = try await registry.push(Array("{}".utf8), to: "shop/api")
        let kind = type.map { #""artifactType":"\#($0)","# } ?? ""
        let text = #"""
            {"schemaVersion":2,\#(kind)"mediaType":"\#(MediaType.manifest)","config":{"mediaType":"application/x.config",
            "digest":"\#(config)","size":2},"layers":[],"subject":{"mediaType":"\#(MediaType.manifest)",
            "digest":"\#(subject)","size":1},"annotations":{"note":"\#(note)"}}
            """#
        return Array(text.utf8)
    }

    private func list(
        _ subject: OCIDigest, _ registry: TestRegistry, _ query: String = ""
    ) async throws -> (answer: TestClient.Answer, list: List) {
        let answer = try await registry.client.get("/v2/shop/api/referrers/\(subject)\(query)")
        #expect(answer.status == 200)
        #expect(answer.headers.first(name: "content-type") == MediaType.index)
        let list = try answer.json(List.self)
        #expect(list.schemaVersion == 2 && list.mediaType == MediaType.index)
        return (answer, list)
    }

    @Test("is listed, with its type and annotations, whether the subject is there or not, and filtered")
    func lists() async throws {
        try await withRegistry { registry in
            let subject = OCIDigest(.sha512, hashing: [1])
            #expect(try await list(subject, registry).list.manifests.isEmpty)
            var digests: [String: OCIDigest] = [:]
            for type in ["application/a+json", nil, "application/b"] {
                let bytes = try await Self.artifact(about: subject, type: type, note: "\(type ?? "-")", in: registry)
                let put = try await registry.put(bytes, to: "shop/api", as: "\(OCIDigest(.sha256, hashing: bytes))")
                #expect(put.status == 201)
                #expect(put.headers.first(name: "oci-subject") == "\(subject)")
                digests[type ?? "application/x.config"] = OCIDigest(.sha256, hashing: bytes)
            }
            let (answer, all) = try await list(subject, registry)
            #expect(answer.headers.first(name: "oci-filters-applied") == nil)
            #expect(Set(all.manifests.map(\.digest)) == Set(digests.values.map(\.description)))
            for (type, digest) in digests {
                let entry = try #require(all.manifests.first { $0.digest == "\(digest)" })
                #expect(entry.artifactType == type)
                #expect(entry.mediaType == MediaType.manifest)
                #expect(entry.annotations?["note"] == (type == "application/x.config" ? "-" : type))
                let query = "?artifactType=" + type.replacing("+", with: "%2B")
                let (answer, some) = try await list(subject, registry, query)
                #expect(answer.headers.first(name: "oci-filters-applied") == "artifactType")
                #expect(some.manifests == [entry])
            }
            #expect(try await list(subject, registry, "?artifactType=none").list.manifests.isEmpty)
            let other = try await registry.client.get("/v2/shop/web/referrers/\(subject)").json(List.self)
            #expect(other.manifests.isEmpty)
            let bad = try await registry.client.get("/v2/shop/api/referrers/sha256:12")
            #expect(bad.status == 400)
            #expect(bad.registryError == "DIGEST_INVALID")
        }
    }

    @Test("An index without a type is listed without one")
    func index() async throws {
        try await withRegistry { registry in
            let subject = OCIDigest(.sha256, hashing: [1])
            let bytes = Array(
                #"""
                {"schemaVersion":2,"mediaType":"\#(MediaType.index)","manifests":[],"subject":{"mediaType":"x",
                "digest":"\#(subject)","size":1}}
                """#.utf8)
            let put = try await registry.put(bytes, type: MediaType.index, to: "shop/api", as: "1")
            #expect(put.status == 201)
            let entries = try await list(subject, registry).list.manifests
            #expect(entries.map(\.artifactType) == [nil])
            #expect(entries.map(\.mediaType) == [MediaType.index])
        }
    }

    @Test("leaves the list when it is deleted, and stays when the subject is")
    func delete() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let subject = OCIDigest.sha256(try await registry.push(image, to: "shop/api", as: "1"))
            let bytes = try await Self.artifact(about: subject, type: "t", note: "n", in: registry)
            let digest = OCIDigest(.sha256, hashing: bytes)
            #expect(try await registry.put(bytes, to: "shop/api", as: "signature").status == 201)
            #expect(try await client.send(.DELETE, "/v2/shop/api/manifests/\(subject)").status == 202)
            #expect(try await list(subject, registry).list.manifests.map(\.digest) == ["\(digest)"])
            // The subject comes again and keeps what is about it from the start.
            #expect(try await registry.put(image.manifest, to: "shop/api", as: "1").status == 201)
            #expect(try await client.send(.DELETE, "/v2/shop/api/manifests/\(digest)").status == 202)
            #expect(try await list(subject, registry).list.manifests.isEmpty)
            #expect(try await client.get("/v2/shop/api/manifests/signature").status == 404)
            #expect(try await client.get("/v2/shop/api/manifests/1").bytes == image.manifest)
            #expect(try await client.send(.DELETE, "/v2/shop/api/manifests/\(subject)").status == 202)
        }
    }

    @Test("A long list comes in pages", arguments: ["", "?artifactType=a%26b"])
    func pages(query: String) async throws {
        try await withRegistry { registry in
            let subject = OCIDigest(.sha256, hashing: [1])
            let note = String(repeating: "x", count: 1_200_000)
            var expected: Set<String> = []
            for number in 0..<6 {
                let bytes = try await Self.artifact(
                    about: subject, type: number == 0 && !query.isEmpty ? "c" : "a&b", note: "\(number)\(note)",
                    in: registry)
                let digest = OCIDigest(.sha256, hashing: bytes)
                #expect(try await registry.put(bytes, to: "shop/api", as: "\(digest)").status == 201)
                if number > 0 || query.isEmpty { expected.insert("\(digest)") }
            }
            var found: [String] = []
            var next: String? = "/v2/shop/api/referrers/\(subject)\(query)"
            var pages = 0
            while let path = next {
                let answer = try await registry.client.get(path)
                #expect(answer.bytes.count <= 4 << 20)
                found += try answer.json(List.self).manifests.map(\.digest)
                next = answer.headers.first(name: "link").map { String($0.dropFirst().prefix { $0 != ">" }) }
                pages += 1
            }
            #expect(pages == 3)
            #expect(found.count == expected.count && Set(found) == expected)
        }
    }

    @Test("is kept as long as the subject has a tag, and not longer than what is old", arguments: [true, false])
    func lifetime(subjectComesFirst: Bool) async throws {
        let clock = ManualClock()
        try await withRegistry(options: clock.options) { registry in
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let subject = OCIDigest(.sha256, hashing: image.manifest)
            if subjectComesFirst { try await registry.push(image, to: "shop/api", as: "1") }
            let bytes = try await Self.artifact(about: subject, type: "t", note: "n", in: registry)
            let digest = OCIDigest(.sha256, hashing: bytes)
            #expect(try await registry.put(bytes, to: "shop/api", as: "\(digest)").status == 201)
            if !subjectComesFirst { try await registry.push(image, to: "shop/api", as: "1") }
            func collect() async throws {
                // Uses are stamped when they are written down.
                try await registry.executor.run { try $0.noteUse() }
                clock.advance(by: 100_000)
                var policy = CollectionPolicy()
                policy.ageMaximum = 50_000
                // One for each: the list's entry, the artifact.
                for _ in 0..<3 { _ = try await registry.executor.run { [policy] in try $0.collect(policy) } }
            }
            try await collect()
            #expect(try await list(subject, registry).list.manifests.map(\.digest) == ["\(digest)"])
            #expect(try await registry.client.get("/v2/shop/api/manifests/\(digest)").bytes == bytes)
            #expect(try await registry.client.send(.DELETE, "/v2/shop/api/manifests/\(subject)").status == 202)
            try await collect()
            #expect(try await list(subject, registry).list.manifests.isEmpty)
            #expect(try await registry.client.get("/v2/shop/api/manifests/\(digest)").status == 404)
        }
    }
}
