import AsyncHTTPClient
import ChunkStore
import Chunking
import NIOCore
import NIOHTTP1
import OCI
import Testing

@testable import larderd

@Suite("Requests that are wrong")
struct BadInputTests {
    /// A manifest of at least one layer, grown to `count` bytes by an annotation.
    private static func manifest(_ image: SampleImage, layers: Int, count: Int) throws -> [UInt8] {
        let layer = SampleImage.descriptor(MediaType.layer, image.layers[0])
        func encoded(_ padding: Int) throws -> [UInt8] {
            try JSONDocument.encode(
                Manifest(
                    config: SampleImage.descriptor(MediaType.configuration, image.config),
                    layers: Array(repeating: layer, count: layers),
                    annotations: ["x": String(repeating: "x", count: padding)]))
        }
        let padding = count - (try encoded(0)).count
        return try encoded(padding)
    }

    private func nothingIsStored(in registry: TestRegistry) async throws -> Bool {
        let isEmpty = try await registry.executor.run { store in
            try store.projects().allSatisfy { project in
                try store.keys(in: .manifest, prefix: [], limit: 1, project: project.id).isEmpty
                    && store.keys(in: .tag, prefix: [], limit: 1, project: project.id).isEmpty
            }
        }
        return isEmpty
    }

    private static let wrongNames: [(String, String, UInt, String)] = [
        ("GET", "/v2/Shop/manifests/1", 400, "NAME_INVALID"),
        ("GET", "/v2/shop//api/tags/list", 400, "NAME_INVALID"),
        ("GET", "/v2/\(String(repeating: "a", count: 256))/tags/list", 400, "NAME_INVALID"),
        ("GET", "/v2/a..b/tags/list", 400, "NAME_INVALID"),
        ("POST", "/v2/a%00b/blobs/uploads/", 400, "NAME_INVALID"),
        ("POST", "/v2/\(String(repeating: "a", count: 129))/b/blobs/uploads/", 400, "NAME_INVALID"),
        ("GET", "/v2/a/manifests/\(String(repeating: "t", count: 129))", 400, "TAG_INVALID"),
        ("PUT", "/v2/a/manifests/.x", 400, "TAG_INVALID"),
        ("PUT", "/v2/a/manifests/sha256:zz", 400, "DIGEST_INVALID"),
        ("GET", "/v2/a/manifests/sha256:", 400, "DIGEST_INVALID"),
        ("GET", "/v2/a/blobs/sha512:\(String(repeating: "A", count: 128))", 400, "DIGEST_INVALID"),
        ("DELETE", "/v2/a/blobs/sha999:00", 400, "DIGEST_INVALID"),
        ("GET", "/v2/a/referrers/latest", 400, "DIGEST_INVALID"),
        ("GET", "/v2/a/referrers/sha256:\(String(repeating: "0", count: 64))?last=x", 400, "DIGEST_INVALID"),
        ("POST", "/v2/a/blobs/uploads/?mount=x&from=b", 400, "DIGEST_INVALID"),
        ("POST", "/v2/a/blobs/uploads/?digest=x", 400, "DIGEST_INVALID"),
        ("GET", "/v2/a/tags/list?n=-1", 400, "PAGINATION_NUMBER_INVALID"),
        ("GET", "/v2/_catalog?n=99999999999999999999", 400, "PAGINATION_NUMBER_INVALID"),
        ("GET", "/v2/a/blobs/uploads/nothing", 404, "BLOB_UPLOAD_UNKNOWN"),
        ("PATCH", "/v2/a/blobs/uploads/nothing", 404, "BLOB_UPLOAD_UNKNOWN"),
        ("DELETE", "/v2/a/blobs/uploads/nothing", 404, "BLOB_UPLOAD_UNKNOWN"),
        ("DELETE", "/v2/a/manifests/x", 404, "MANIFEST_UNKNOWN"),
        ("PATCH", "/v2/a/manifests/x", 405, "UNSUPPORTED"), ("GET", "/v2/%zz", 404, "UNSUPPORTED"),
        ("DELETE", "/v2/", 405, "UNSUPPORTED"),
    ]

    @Test("Names, tags, digests and pages that are none")
    func names() async throws {
        try await withRegistry { registry in
            for (method, path, status, code) in Self.wrongNames {
                let body: HTTPClientRequest.Body? = method == "PUT" ? .bytes([123, 125]) : nil
                let answer = try await registry.client.send(HTTPMethod(rawValue: method), path, body: body)
                #expect(answer.status == status, "\(method) \(path)")
                #expect(answer.registryError == code, "\(method) \(path)")
                #expect(answer.headers.first(name: "content-type") == "application/json")
            }
            #expect(try await registry.executor.run { try $0.projects().isEmpty })
        }
    }

    @Test("Ranges of an upload that are none, or not of the body, write nothing")
    func contentRanges() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let location =
                try await client.send(.POST, "/v2/shop/api/blobs/uploads/").headers.first(name: "location") ?? ""
            for (range, status, code) in [
                ("x", 416, "RANGE_INVALID"), ("5", 416, "RANGE_INVALID"), ("9-0", 416, "RANGE_INVALID"),
                ("-9", 416, "RANGE_INVALID"), ("0-18446744073709551615", 416, "RANGE_INVALID"),
                ("1-10", 416, "RANGE_INVALID"), ("0-8", 400, "SIZE_INVALID"), ("0-10", 400, "SIZE_INVALID"),
            ] as [(String, UInt, String)] {
                for (method, path) in [
                    (HTTPMethod.PATCH, location), (.PUT, "\(location)?digest=\(Digest(hashing: [1]))"),
                ] {
                    let answer = try await client.send(
                        method, path, body: .bytes([UInt8](repeating: 1, count: 10)), headers: ["content-range": range])
                    #expect(answer.status == status, "\(method) \(range)")
                    #expect(answer.registryError == code, "\(method) \(range)")
                }
            }
            #expect(try await client.get(location).headers.first(name: "range") == "0-0")
            let patched = try await client.send(
                .PATCH, location, body: .bytes([1, 2, 3]), headers: ["content-range": "0-2"])
            #expect(patched.headers.first(name: "range") == "0-2")
        }
    }

    private static let wrongDocuments = [
        "", "{", "null", "[]", "{}", "\"x\"", "{\"schemaVersion\":2}", "{\"schemaVersion\":2,\"manifests\":{}}",
        "{\"schemaVersion\":2,\"manifests\":[{}]}", "{\"schemaVersion\":2e400,\"manifests\":[]}",
        "{\"schemaVersion\":2,\"manifests\":[],\"annotations\":{\"a\":1}}",
        "{\"schemaVersion\":2,\"manifests\":[],\"subject\":{\"mediaType\":\"x\",\"digest\":\"x\",\"size\":1}}",
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"x\",\"digest\":\"sha256:1\",\"size\":1}]}",
        String(repeating: "[", count: 1 << 20), String(repeating: "{\"a\":", count: 1 << 18),
        "{\"schemaVersion\":2,\"manifests\":" + String(repeating: "[", count: 1 << 20), "\u{0}",
    ]

    @Test("JSON that is none, too deep, or says impossible things")
    func json() async throws {
        try await withRegistry { registry in
            for text in Self.wrongDocuments {
                let answer = try await registry.client.send(
                    .PUT, "/v2/shop/api/manifests/1", body: .bytes(Array(text.utf8)),
                    headers: ["content-type": MediaType.index])
                #expect(answer.status == 400, "\(text.prefix(80))")
                #expect(answer.registryError == "MANIFEST_INVALID", "\(text.prefix(80))")
            }
            #expect(try await nothingIsStored(in: registry))
        }
    }

    @Test("A manifest of 4 MiB with 600 layers is taken, and no byte more, with a length or without")
    func oversized() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            for blob in [image.layers[0], image.config] { _ = try await registry.push(blob, to: "shop/api") }
            let maximum = 4 << 20
            let tooLong = try Self.manifest(image, layers: 600, count: maximum + 1)
            #expect(tooLong.count == maximum + 1)
            let answer = try await registry.put(tooLong, to: "shop/api", as: "1")
            #expect(answer.status == 413)
            #expect(answer.registryError == "SIZE_INVALID")
            let parts = AsyncStream { continuation in
                for start in stride(from: 0, to: tooLong.count, by: 1 << 18) {
                    continuation.yield(ByteBuffer(bytes: tooLong[start..<min(start + 1 << 18, tooLong.count)]))
                }
                continuation.finish()
            }
            let streamed = try await client.send(
                .PUT, "/v2/shop/api/manifests/1", body: .stream(parts, length: .unknown))
            #expect(streamed.status == 413)
            #expect(try await nothingIsStored(in: registry))
            let longest = try Self.manifest(image, layers: 600, count: maximum)
            #expect(longest.count == maximum)
            #expect(try await registry.put(longest, to: "shop/api", as: "1").status == 201)
            #expect(try await client.get("/v2/shop/api/manifests/1").bytes == longest)
        }
    }

    @Test(
        "A client that closes, or half-closes, in the middle stores nothing", .timeLimit(.minutes(5)),
        arguments: ["manifest", "blob"])
    func brokenOff(what: String) async throws {
        try await withRegistry { registry in
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            for blob in [image.layers[0], image.config] { _ = try await registry.push(blob, to: "shop/api") }
            let bytes = what == "manifest" ? image.manifest : randomBytes(100_000, seed: 3)
            let digest = Digest(hashing: bytes)
            let start =
                what == "manifest"
                ? "PUT /v2/shop/api/manifests/1" : "POST /v2/shop/api/blobs/uploads/?digest=\(digest)"
            for sent in [0, 1, bytes.count - 1] {
                try await RawConnection.with(port: registry.port) { inbound, outbound in
                    let head = "\(start) HTTP/1.1\r\nhost: x\r\ncontent-length: \(bytes.count)\r\n\r\n"
                    try await outbound.write(ByteBuffer(string: head))
                    try await outbound.write(ByteBuffer(bytes: bytes[..<sent]))
                    if sent == 1 {
                        outbound.finish()
                        // What it is told, if anything, is not that all went well.
                        #expect(try await !inbound.text().contains("201"))
                    }
                }
            }
            #expect(try await registry.client.get("/v2/shop/api/manifests/1").status == 404)
            #expect(try await registry.client.get("/v2/shop/api/manifests/\(digest)").status == 404)
            #expect(try await registry.client.get("/v2/shop/api/blobs/\(digest)").status == 404)
            #expect(try await registry.push(bytes, to: "shop/api") == digest)
        }
    }

    @Test("Many tags at once are taken, too many are not")
    func manyTags() async throws {
        try await withRegistry { registry in
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let digest = try await registry.push(image, to: "shop/api", as: "1")
            func put(_ count: Int) async throws -> TestClient.Answer {
                let tags = (0..<count).map { "tag=t\($0)" }.joined(separator: "&")
                return try await registry.put(image.manifest, to: "shop/api", as: "\(digest)?\(tags)")
            }
            let answer = try await put(100)
            #expect(answer.status == 201)
            #expect(answer.headers["oci-tag"].joined(separator: ", ").split(separator: ", ").count == 100)
            #expect(try await put(101).status == 414)
            let bad = try await registry.put(image.manifest, to: "shop/api", as: "\(digest)?tag=new&tag=-x")
            #expect(bad.registryError == "TAG_INVALID")
            #expect(try await registry.client.get("/v2/shop/api/manifests/new").status == 404)
            #expect(try await registry.client.get("/v2/shop/api/manifests/t99").bytes == image.manifest)
        }
    }
}
