import Chunking
import Compression
import FoundationEssentials
import NIOHTTP1
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("Layers in other forms")
struct EncodingTests {
    private static let layer = SampleImage.layer(["bin/a", "lib/b", "share/c"], bytesEach: 1_500_000)

    private func withEncodings(
        bytes: UInt64 = 1 << 30, processors: Int = 2, _ body: @Sendable (TestRegistry) async throws -> Void
    ) async throws {
        try await withRegistry(
            encodings: {
                LayerEncodings(
                    copies: EncodedCopies(of: $0, byteMaximum: bytes, logger: .silent), processors: processors)
            }, body)
    }

    private func decoded(_ answer: TestClient.Answer) throws -> [UInt8] {
        let format: StreamDecoder.Format =
            switch answer.headers.first(name: "content-encoding") {
            case "zstd": .zstd
            case "gzip": .gzip
            default: throw UnexpectedAnswer(status: answer.status, text: "\(answer.headers)")
            }
        var decoder = try StreamDecoder(format)
        var bytes: [UInt8] = []
        try unsafe decoder.update(answer.bytes.span.bytes) { bytes.append(copying: $0) }
        try decoder.finish()
        return bytes
    }

    /// The names of the files in which copies are.
    private func copies(_ registry: TestRegistry) throws -> [FilePath] {
        let directory = registry.root.appending("encoded")
        guard FileManager.default.fileExists(atPath: directory.string) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: directory.string).map { directory.appending($0) }
    }

    private func damage(_ file: FilePath, at offset: Int) throws {
        var bytes = try Data(contentsOf: URL(filePath: file.string))
        bytes[offset] ^= 1
        try bytes.write(to: URL(filePath: file.string))
    }

    @Test("A client that asks for it gets a layer compressed", arguments: ["zstd", "gzip"])
    func compressed(coding: String) async throws {
        try await withEncodings { registry in
            let digest = try await registry.push(Self.layer, to: "shop/api")
            let path = "/v2/shop/api/blobs/\(digest)"
            for time in 1...4 {
                let answer = try await registry.client.send(.GET, path, headers: ["accept-encoding": coding])
                #expect(answer.status == 200)
                #expect(try decoded(answer) == Self.layer)
                #expect(answer.headers.first(name: "content-encoding") == coding)
                #expect(answer.headers.first(name: "vary") == "Accept-Encoding")
                #expect(answer.headers.first(name: "etag") == "\"\(digest)-\(coding)\"")
                #expect(answer.headers.first(name: "docker-content-digest") == "\(digest)")
                // From the second time on it is kept.
                #expect(try copies(registry).count == (time > 1 ? 1 : 0))
                if time > 2 { #expect(answer.headers.first(name: "content-length") == "\(answer.bytes.count)") }
            }
        }
    }

    @Test("Everybody else gets the bytes themselves")
    func identity() async throws {
        try await withEncodings { registry in
            let digest = try await registry.push(Self.layer, to: "shop/api")
            let other = try await registry.push(randomBytes(100_000, seed: 4), to: "shop/api")
            for headers in [[:], ["accept-encoding": "zstd;q=0"], ["accept-encoding": "br"]] as [HTTPHeaders] {
                let answer = try await registry.client.send(.GET, "/v2/shop/api/blobs/\(digest)", headers: headers)
                #expect(answer.bytes == Self.layer)
                #expect(answer.headers.first(name: "content-encoding") == nil)
                #expect(answer.headers.first(name: "content-length") == "\(Self.layer.count)")
                #expect(answer.headers.first(name: "vary") == "Accept-Encoding")
            }
            // What is not a layer has one form.
            let answer = try await registry.client.send(
                .GET, "/v2/shop/api/blobs/\(other)", headers: ["accept-encoding": "zstd"])
            #expect(answer.bytes.count == 100_000)
            #expect(answer.headers.first(name: "vary") == nil)
        }
    }

    @Test("Ranges and HEAD are about the bytes themselves")
    func ranges() async throws {
        try await withEncodings { registry in
            let digest = try await registry.push(Self.layer, to: "shop/api")
            let path = "/v2/shop/api/blobs/\(digest)"
            let part = try await registry.client.send(
                .GET, path, headers: ["accept-encoding": "zstd", "range": "bytes=100-299"])
            #expect(part.status == 206)
            #expect(part.bytes == Array(Self.layer[100..<300]))
            #expect(part.headers.first(name: "content-encoding") == nil)
            let head = try await registry.client.send(.HEAD, path, headers: ["accept-encoding": "zstd"])
            #expect(head.headers.first(name: "content-length") == "\(Self.layer.count)")
            // A client that has begun with an encoded form must not go on with parts of another.
            let whole = try await registry.client.send(
                .GET, path,
                headers: ["accept-encoding": "zstd", "range": "bytes=100-299", "if-range": "\"\(digest)-zstd\""])
            #expect(whole.status == 200)
            #expect(try decoded(whole) == Self.layer)
        }
    }

    @Test("When the processors are taken, layers are sent as they are")
    func noTurn() async throws {
        try await withEncodings(processors: 0) { registry in
            let digest = try await registry.push(Self.layer, to: "shop/api")
            let answer = try await registry.client.send(
                .GET, "/v2/shop/api/blobs/\(digest)", headers: ["accept-encoding": "zstd"])
            #expect(answer.bytes == Self.layer)
            #expect(answer.headers.first(name: "content-encoding") == nil)
        }
    }

    @Test("A damaged copy is never sent to its end, and is made again")
    func damaged() async throws {
        try await withEncodings { registry in
            let digest = try await registry.push(Self.layer, to: "shop/api")
            let path = "/v2/shop/api/blobs/\(digest)"
            let ask = {
                try await registry.client.send(.GET, path, headers: ["accept-encoding": "zstd"])
            }
            for _ in 1...2 { _ = try await ask() }
            let copy = try #require(try copies(registry).first)
            try damage(copy, at: 70_000)
            await #expect(throws: (any Error).self) { _ = try await ask() }
            #expect(try copies(registry).isEmpty)
            for _ in 1...3 { #expect(try decoded(try await ask()) == Self.layer) }
            #expect(try copies(registry).count == 1)
        }
    }

    @Test("What was not used for longest makes room")
    func eviction() async throws {
        let layers = (0..<3).map { SampleImage.layer(["\($0)/a", "\($0)/b"], bytesEach: 700_000) }
        // Room for two copies of what does not shrink.
        try await withEncodings(bytes: 3_500_000) { registry in
            var paths: [String] = []
            for layer in layers { paths.append("/v2/a/blobs/\(try await registry.push(layer, to: "a"))") }
            for path in paths {
                for _ in 1...2 {
                    _ = try await registry.client.send(.GET, path, headers: ["accept-encoding": "zstd"])
                }
            }
            #expect(try copies(registry).count == 2)
            // Only of a copy the length is known. The first is asked last, since it takes the place of another.
            for (path, isKept) in zip(paths, [false, true, true]).reversed() {
                let answer = try await registry.client.send(.GET, path, headers: ["accept-encoding": "zstd"])
                #expect((answer.headers.first(name: "content-length") != nil) == isKept)
            }
        }
    }

    @Test("Without room for copies there are none")
    func none() async throws {
        try await withEncodings(bytes: 0) { registry in
            let digest = try await registry.push(Self.layer, to: "shop/api")
            for _ in 1...3 {
                let answer = try await registry.client.send(
                    .GET, "/v2/shop/api/blobs/\(digest)", headers: ["accept-encoding": "zstd"])
                #expect(try decoded(answer) == Self.layer)
            }
            #expect(try copies(registry).isEmpty)
        }
    }
}
