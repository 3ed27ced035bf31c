import AsyncHTTPClient
import ChunkStore
import Chunking
import NIOHTTP1
import OCI
import SystemPackage
import Testing

@testable import larderd

@Suite("Content that is named by SHA-512")
struct LongDigestTests {
    static let bytes = randomBytes(300_000, seed: 11)
    static let digest = OCIDigest(.sha512, hashing: bytes)

    private func begin(_ client: TestClient) async throws -> String {
        let answer = try await client.send(.POST, "/v2/shop/api/blobs/uploads/?digest-algorithm=sha512")
        #expect(answer.status == 202)
        #expect((answer.headers.first(name: "oci-chunk-min-length").flatMap { Int($0) } ?? 0) > 0)
        return answer.headers.first(name: "location") ?? ""
    }

    @Test("A blob is pushed in every way, and pulled", arguments: ["post", "put", "chunks", "stream"])
    func blob(way: String) async throws {
        try await withRegistry { registry in
            let client = registry.client
            let answer: TestClient.Answer
            switch way {
            case "post":
                let path = "/v2/shop/api/blobs/uploads/?digest=\(Self.digest)"
                answer = try await client.send(.POST, path, body: .bytes(Self.bytes))
            case "put": answer = try await client.put("\(try await begin(client))?digest=\(Self.digest)", Self.bytes)
            default:
                let location = try await begin(client)
                let headers: HTTPHeaders = way == "chunks" ? ["content-range": "0-99999"] : [:]
                let patched = try await client.send(
                    .PATCH, location, body: .bytes(Self.bytes[..<100_000]), headers: headers)
                #expect(patched.status == 202)
                answer = try await client.put("\(location)?digest=\(Self.digest)", Array(Self.bytes[100_000...]))
            }
            #expect(answer.status == 201)
            #expect(answer.headers.first(name: "docker-content-digest") == "\(Self.digest)")
            #expect(answer.headers.first(name: "location") == "/v2/shop/api/blobs/\(Self.digest)")
            let head = try await client.send(.HEAD, "/v2/shop/api/blobs/\(Self.digest)")
            #expect(head.headers.first(name: "docker-content-digest") == "\(Self.digest)")
            #expect(head.headers.first(name: "content-length") == "\(Self.bytes.count)")
            #expect(try await client.get("/v2/shop/api/blobs/\(Self.digest)").bytes == Self.bytes)
            let part = try await client.send(
                .GET, "/v2/shop/api/blobs/\(Self.digest)", headers: ["range": "bytes=5-9"])
            #expect(part.bytes == Array(Self.bytes[5...9]))
        }
    }

    @Test("A wrong digest names nothing, nor does one of another algorithm")
    func wrong() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let other = OCIDigest(.sha512, hashing: [1])
            let answer = try await client.put("\(try await begin(client))?digest=\(other)", Self.bytes)
            #expect(answer.status == 400)
            #expect(answer.registryError == "DIGEST_INVALID")
            for digest in [other, Self.digest] {
                #expect(try await client.send(.HEAD, "/v2/shop/api/blobs/\(digest)").status == 404)
            }
            let unknown = try await client.send(.POST, "/v2/shop/api/blobs/uploads/?digest-algorithm=md5")
            #expect(unknown.status == 400)
            #expect(unknown.registryError == "DIGEST_INVALID")
        }
    }

    @Test("A blob is mounted, and deleted by one name without the other")
    func names() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let short = try await registry.push(Self.bytes, to: "shop/api")
            func mount(_ digest: OCIDigest, _ from: String) async throws -> UInt {
                try await client.send(.POST, "/v2/base/web/blobs/uploads/?mount=\(digest)&from=\(from)").status
            }
            #expect(try await mount(Self.digest, "shop/api") == 202)
            let pushed = try await client.put("\(try await begin(client))?digest=\(Self.digest)", Self.bytes)
            #expect(pushed.status == 201)
            #expect(try await mount(Self.digest, "shop/api") == 201)
            #expect(try await client.get("/v2/base/web/blobs/\(Self.digest)").bytes == Self.bytes)
            let path = "/v2/shop/api/blobs/"
            // Its other name needs the blob.
            #expect(try await client.send(.DELETE, "\(path)\(short)").status == 405)
            #expect(try await client.send(.DELETE, "\(path)\(Self.digest)").status == 202)
            #expect(try await client.send(.HEAD, "\(path)\(Self.digest)").status == 404)
            #expect(try await client.send(.DELETE, "\(path)\(Self.digest)").status == 404)
            #expect(try await client.get("\(path)\(short)").bytes == Self.bytes)
            #expect(try await client.send(.DELETE, "\(path)\(short)").status == 202)
            #expect(try await client.get("\(path)\(short)").status == 404)
            #expect(try await client.get("/v2/base/web/blobs/\(Self.digest)").bytes == Self.bytes)
        }
    }

    @Test("A manifest over such blobs, with tags, outlives collection and a rebuilt index")
    func manifest() async throws {
        let clock = ManualClock()
        try await withRegistry(options: clock.options) { registry in
            let (client, executor) = (registry.client, registry.executor)
            _ = try await client.send(
                .POST, "/v2/shop/api/blobs/uploads/?digest=\(Self.digest)", body: .bytes(Self.bytes))
            let part = #"{"mediaType":"x","digest":"\#(Self.digest)","size":\#(Self.bytes.count)}"#
            let bytes = Array(#"{"schemaVersion":2,"config":\#(part),"layers":[\#(part)]}"#.utf8)
            let digest = OCIDigest(.sha512, hashing: bytes)
            let put = try await registry.put(bytes, to: "shop/api", as: "\(digest)?tag=1&tag=2&tag=1")
            #expect(put.status == 201)
            #expect(put.headers.first(name: "docker-content-digest") == "\(digest)")
            #expect(put.headers.first(name: "oci-tag") == "1, 2")
            clock.advance(by: 1_000_000)
            let settings = Settings(root: "/")
            let upkeep = try await executor.run { store in
                let upkeep = try settings.tagUpkeep(of: store) { false }.run()
                _ = try store.collect()
                clock.advance(by: 1_000_000)
                _ = try store.collect()
                return upkeep
            }
            #expect(upkeep == TagUpkeep.Report())
            for reference in ["1", "2", "\(digest)"] {
                let answer = try await client.get("/v2/shop/api/manifests/\(reference)")
                #expect(answer.bytes == bytes)
                #expect(answer.headers.first(name: "docker-content-digest") == "\(digest)")
            }
            #expect(try await client.get("/v2/shop/api/blobs/\(Self.digest)").bytes == Self.bytes)
            #expect(try await client.send(.DELETE, "/v2/shop/api/blobs/\(Self.digest)").status == 405)
            #expect(try await client.send(.DELETE, "/v2/shop/api/manifests/\(digest)").status == 202)
            for reference in ["1", "2", "\(digest)"] {
                #expect(try await client.get("/v2/shop/api/manifests/\(reference)").status == 404)
            }
        }
    }

    @Test("A name that nothing needs goes, and its blob with it")
    func upkeep() async throws {
        let clock = ManualClock()
        try await withRegistry(options: clock.options) { registry in
            let executor = registry.executor
            let path = "/v2/shop/api/blobs/\(Self.digest)"
            _ = try await registry.client.send(
                .POST, "/v2/shop/api/blobs/uploads/?digest=\(Self.digest)", body: .bytes(Self.bytes))
            let settings = Settings(root: "/")
            let early = try await executor.run { try settings.tagUpkeep(of: $0) { false }.run() }
            #expect(early.records == 0)
            #expect(try await registry.client.send(.HEAD, path).status == 200)
            let late = try await executor.run { store in
                // Uses are stamped when they are written down.
                try store.noteUse()
                clock.advance(by: 30_000)
                let report = try settings.tagUpkeep(of: store) { false }.run()
                clock.advance(by: 30_000)
                return (report.records, try store.collect().removedBlobs)
            }
            #expect(late == (1, 1))
            #expect(try await registry.client.send(.HEAD, path).status == 404)
        }
    }
}
