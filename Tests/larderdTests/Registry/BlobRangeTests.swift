import Chunking
import NIOHTTP1
import OCI
import Testing

@testable import larderd

@Suite("Several parts of a blob, and blobs that are deleted")
struct BlobRangeTests {
    static let bytes = randomBytes(3_000_000, seed: 21)

    /// The parts of a multipart body: their `Content-Range` and their bytes.
    private static func parts(_ answer: TestClient.Answer) throws -> [(range: String, bytes: [UInt8])] {
        let type = try #require(answer.headers.first(name: "content-type"))
        let boundary = try #require(type.split(separator: "boundary=").last)
        var found: [(String, [UInt8])] = []
        var rest = answer.bytes[...]
        while let head = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
            let text = String(decoding: rest[..<head.lowerBound], as: UTF8.self)
            guard text.contains("--\(boundary)") else { break }
            let line = try #require(text.split(separator: "\r\n").first { $0.hasPrefix("Content-Range: ") })
            rest = rest[head.upperBound...]
            let end = try #require(rest.firstRange(of: Array("\r\n--\(boundary)".utf8)))
            found.append((String(line.dropFirst("Content-Range: ".count)), Array(rest[..<end.lowerBound])))
            rest = rest[end.lowerBound...].dropFirst(2)
        }
        #expect(Array(rest) == Array("--\(boundary)--\r\n".utf8))
        return found
    }

    @Test("are given in one answer, in the order asked for")
    func several() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let digest = try await registry.push(Self.bytes, to: "shop/api")
            let path = "/v2/shop/api/blobs/\(digest)"
            let ranges = [2_000_000..<2_999_999, 0..<1, 500_000..<1_900_000]
            let header = ranges.map { "\($0.lowerBound)-\($0.upperBound - 1)" }.joined(separator: ", ")
            let answer = try await client.send(.GET, path, headers: ["range": "bytes=\(header)"])
            #expect(answer.status == 206)
            #expect(answer.headers.first(name: "content-length") == "\(answer.bytes.count)")
            #expect(answer.headers.first(name: "content-range") == nil)
            let parts = try Self.parts(answer)
            #expect(parts.map(\.bytes) == ranges.map { Array(Self.bytes[$0]) })
            #expect(
                parts.map(\.range)
                    == ranges.map { "bytes \($0.lowerBound)-\($0.upperBound - 1)/\(Self.bytes.count)" })
            let one = try await client.send(.GET, path, headers: ["range": "bytes=0-9,9000000-"])
            #expect(one.status == 206)
            #expect(one.headers.first(name: "content-range") == "bytes 0-9/\(Self.bytes.count)")
            #expect(one.bytes == Array(Self.bytes[0..<10]))
            let none = try await client.send(.GET, path, headers: ["range": "bytes=9000000-,8000000-"])
            #expect(none.status == 416)
            #expect(none.headers.first(name: "content-range") == "bytes */\(Self.bytes.count)")
            #expect(none.registryError == "RANGE_INVALID")
            // The server is still there.
            #expect(try await client.get(path).bytes == Self.bytes)
        }
    }

    @Test("A blob is deleted at once, but not while a manifest names it")
    func delete() async throws {
        try await withRegistry { registry in
            let client = registry.client
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let digest = try await registry.push(image, to: "shop/api", as: "1")
            let path = "/v2/shop/api/blobs/\(image.diffIDs[0])"
            let refused = try await client.send(.DELETE, path)
            #expect(refused.status == 405)
            #expect(refused.registryError == "DENIED")
            #expect(try await client.get(path).bytes == image.layers[0])
            #expect(try await client.send(.DELETE, "/v2/shop/api/manifests/\(digest)").status == 202)
            #expect(try await client.send(.DELETE, path).status == 202)
            for method in [HTTPMethod.HEAD, .GET, .DELETE] {
                #expect(try await client.send(method, path).status == 404)
            }
            _ = try await registry.push(image, to: "shop/api", as: "1")
            #expect(try await client.get(path).bytes == image.layers[0])
            #expect(try await client.send(.DELETE, "/v2/none/api/blobs/\(digest)").status == 404)
        }
    }
}
