import AsyncHTTPClient
import CacheAPI
import Chunking
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import larderd

@Suite("Uploads")
struct UploadTests {
    static let bytes = randomBytes(700_000, seed: 7)
    static let digest = Digest(hashing: bytes)

    private func begin(_ client: TestClient, _ repository: String = "shop/api") async throws -> String {
        let answer = try await client.send(.POST, "/v2/\(repository)/blobs/uploads/")
        #expect(answer.status == 202)
        #expect(answer.headers.first(name: "range") == "0-0")
        #expect(answer.headers.first(name: "docker-upload-uuid") != nil)
        return answer.headers.first(name: "location") ?? ""
    }

    private func stored(_ client: TestClient, _ repository: String = "shop/api") async throws -> [UInt8]? {
        let answer = try await client.get("/v2/\(repository)/blobs/\(Self.digest)")
        return answer.status == 200 ? answer.bytes : nil
    }

    @Test("In one PUT")
    func monolithic() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let location = try await begin(client)
            let answer = try await client.put("\(location)?digest=\(Self.digest)", Self.bytes)
            #expect(answer.status == 201)
            #expect(answer.headers.first(name: "location") == "/v2/shop/api/blobs/\(Self.digest)")
            #expect(answer.headers.first(name: "docker-content-digest") == "\(Self.digest)")
            #expect(answer.headers.first(name: "docker-distribution-api-version") == "registry/2.0")
            #expect(answer.headers.first(name: "content-length") == "0")
            #expect(try await stored(client) == Self.bytes)
            #expect(try await client.get(location).status == 404)
        }
    }

    @Test("In one POST")
    func single() async throws {
        try await withRegistry { registry in
            let answer = try await registry.client.send(
                .POST, "/v2/shop/api/blobs/uploads/?digest=sha256%3A\(Self.digest.hex)", body: .bytes(Self.bytes))
            #expect(answer.status == 201)
            #expect(try await stored(registry.client) == Self.bytes)
            let empty = Digest(hashing: [])
            let none = try await registry.client.send(.POST, "/v2/shop/api/blobs/uploads/?digest=\(empty)")
            #expect(none.status == 201)
            #expect(try await registry.client.get("/v2/shop/api/blobs/\(empty)").bytes == [])
        }
    }

    @Test("In parts with ranges, the last in the PUT")
    func chunked() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let location = try await begin(client)
            for (first, last) in [(0, 99), (100, 299_999)] {
                let answer = try await client.send(
                    .PATCH, location, body: .bytes(Self.bytes[first...last]),
                    headers: ["content-range": "\(first)-\(last)"])
                #expect(answer.status == 202)
                #expect(answer.headers.first(name: "range") == "0-\(last)")
                #expect(answer.headers.first(name: "location") == location)
            }
            let status = try await client.get(location)
            #expect(status.status == 204)
            #expect(status.headers.first(name: "range") == "0-299999")
            let answer = try await client.send(
                .PUT, "\(location)?digest=\(Self.digest)", body: .bytes(Self.bytes[300_000...]),
                headers: ["content-range": "300000-699999"])
            #expect(answer.status == 201)
            #expect(try await stored(client) == Self.bytes)
        }
    }

    @Test("As a stream of unknown length, then an empty PUT")
    func stream() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let location = try await begin(client)
            let parts = AsyncStream { continuation in
                for start in stride(from: 0, to: Self.bytes.count, by: 9_999) {
                    let end = min(start + 9_999, Self.bytes.count)
                    continuation.yield(ByteBuffer(bytes: Self.bytes[start..<end]))
                }
                continuation.finish()
            }
            let patched = try await client.send(.PATCH, location, body: .stream(parts, length: .unknown))
            #expect(patched.status == 202)
            #expect(patched.headers.first(name: "range") == "0-699999")
            #expect(try await client.send(.PUT, "\(location)?digest=\(Self.digest)").status == 201)
            #expect(try await stored(client) == Self.bytes)
        }
    }

    @Test("A part that does not begin where the upload stands gets 416, and the upload goes on")
    func outOfOrder() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let location = try await begin(client)
            for range in ["100-199", "100-199"] {
                let answer = try await client.send(
                    .PATCH, location, body: .bytes(Self.bytes[100..<200]), headers: ["content-range": range])
                #expect(answer.status == 416)
                #expect(answer.registryError == "RANGE_INVALID")
                #expect(answer.headers.first(name: "location") == location)
            }
            let wrongLength = try await client.send(
                .PATCH, location, body: .bytes(Self.bytes[0..<10]), headers: ["content-range": "0-99"])
            #expect(wrongLength.status == 400)
            let first = try await client.send(
                .PATCH, location, body: .bytes(Self.bytes[0..<100]), headers: ["content-range": "0-99"])
            #expect(first.status == 202)
            let again = try await client.send(
                .PATCH, location, body: .bytes(Self.bytes[0..<100]), headers: ["content-range": "0-99"])
            #expect(again.status == 416)
            #expect(again.headers.first(name: "range") == "0-99")
            let end = try await client.put("\(location)?digest=\(Self.digest)", Array(Self.bytes[100...]))
            #expect(end.status == 201)
        }
    }

    @Test("A wrong digest is refused and nothing is kept")
    func wrongDigest() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let other = Digest(hashing: [9])
            for path in [
                try await begin(client) + "?digest=\(other)", "/v2/shop/api/blobs/uploads/?digest=\(other)",
            ] {
                let method: HTTPMethod = path.contains("uploads/?") ? .POST : .PUT
                let answer = try await client.send(method, path, body: .bytes(Self.bytes))
                #expect(answer.status == 400)
                #expect(answer.registryError == "DIGEST_INVALID")
            }
            #expect(try await client.send(.HEAD, "/v2/shop/api/blobs/\(other)").status == 404)
            #expect(try await stored(client) == nil)
            for query in ["", "?digest=", "?digest=sha256:12", "?digest=md5:x"] {
                let answer = try await client.put(try await begin(client) + query, [1])
                #expect(answer.status == 400)
                #expect(answer.registryError == "DIGEST_INVALID")
            }
        }
    }

    @Test("A cancelled upload is gone")
    func cancel() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let location = try await begin(client)
            _ = try await client.send(.PATCH, location, body: .bytes(Self.bytes))
            #expect(try await client.send(.DELETE, location).status == 204)
            for method: HTTPMethod in [.GET, .PATCH, .PUT, .DELETE] {
                let answer = try await client.send(method, location + "?digest=\(Self.digest)")
                #expect(answer.status == 404)
                #expect(answer.registryError == "BLOB_UPLOAD_UNKNOWN")
            }
            #expect(try await stored(client) == nil)
        }
    }

    @Test("What arrived before a client went away stays, and it can go on from there", arguments: ["PATCH", "PUT"])
    func resume(method: String) async throws {
        try await withRegistry { registry in
            let client = registry.client
            let location = try await begin(client)
            let query = method == "PUT" ? "?digest=\(Self.digest)" : ""
            try await RawConnection.with(port: registry.port) { _, outbound in
                let head =
                    "\(method) \(location)\(query) HTTP/1.1\r\nhost: x\r\ncontent-length: \(Self.bytes.count)\r\n\r\n"
                try await outbound.write(ByteBuffer(string: head))
                try await outbound.write(ByteBuffer(bytes: Self.bytes[0..<400_000]))
            }
            var offset = 0
            // The server notices the end a moment later; a request meanwhile is told to wait.
            _ = try await eventually {
                let range = try await client.get(location).headers.first(name: "range") ?? ""
                offset = (Int(range.dropFirst(2)) ?? 0) + 1
                return offset >= 400_000
            }
            #expect(offset == 400_000)
            var status: UInt?
            _ = try await eventually {
                status = try await client.put("\(location)?digest=\(Self.digest)", Array(Self.bytes[offset...])).status
                return status != 409
            }
            #expect(status == 201)
            #expect(try await stored(client) == Self.bytes)
        }
    }

    @Test("Several clients may upload the same blob at once")
    func concurrent() async throws {
        try await withRegistry { registry in
            try await withThrowingTaskGroup(of: Digest.self) { group in
                for _ in 0..<6 { group.addTask { try await registry.push(Self.bytes, to: "shop/api") } }
                for try await digest in group { #expect(digest == Self.digest) }
            }
            #expect(try await stored(registry.client) == Self.bytes)
        }
    }

    @Test("There is a limit to how many there are; those that nobody uses make room")
    func limits() async throws {
        var limits = Limits()
        limits.uploads = 2
        try await withRegistry(limits: limits) { registry in
            let first = try await begin(registry.client)
            _ = try await begin(registry.client)
            let answer = try await registry.client.send(.POST, "/v2/shop/api/blobs/uploads/")
            #expect(answer.status == 429)
            #expect(answer.registryError == "TOOMANYREQUESTS")
            #expect(answer.headers.first(name: "retry-after") == "10")
            #expect(try await registry.client.send(.DELETE, first).status == 204)
            _ = try await begin(registry.client)
        }
        limits.uploadIdleTimeWhenFull = .zero
        try await withRegistry(limits: limits) { registry in
            let first = try await begin(registry.client)
            for _ in 0..<2 { _ = try await begin(registry.client) }
            #expect(try await registry.client.get(first).status == 404)
        }
    }

    @Test("A blob is mounted from a repository whose project may be read", arguments: [true, false])
    func mount(isShared: Bool) async throws {
        let local = try #require(ProjectName("shop"))
        let other = try #require(ProjectName("base"))
        try await withRegistry(localProjects: [isShared ? local : other]) { registry in
            let client = registry.client
            _ = try await registry.push(Self.bytes, to: "shop/api")
            func mount(_ repository: String, _ query: String) async throws -> UInt {
                try await client.send(.POST, "/v2/\(repository)/blobs/uploads/?mount=\(Self.digest)\(query)").status
            }
            #expect(try await mount("shop/web", "&from=shop/api") == 201)
            #expect(try await mount("shop/web", "") == 201)
            #expect(try await client.get("/v2/shop/web/blobs/\(Self.digest)").bytes == Self.bytes)
            for query in ["", "&from=Bad", "&from=none/api", "&from=shop/api/../x"] {
                #expect(try await mount("other/web", query) == 202)
            }
            #expect(try await client.get("/v2/other/web/blobs/\(Self.digest)").status == 404)
            #expect(try await mount("other/web", "&from=shop/api") == (isShared ? 201 : 202))
            #expect(try await client.get("/v2/other/web/blobs/\(Self.digest)").status == (isShared ? 200 : 404))
        }
    }

    @Test("An upload belongs to its repository")
    func otherRepository() async throws {
        try await withRegistry { registry in
            let location = try await begin(registry.client)
            let other = "/v2/shop/web" + location.dropFirst("/v2/shop/api".count)
            #expect(try await registry.client.get(other).status == 404)
        }
    }
}
