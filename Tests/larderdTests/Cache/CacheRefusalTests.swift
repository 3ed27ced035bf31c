import AsyncHTTPClient
import CacheAPI
import Chunking
import NIOCore
import NIOHTTP1
import Testing

@testable import larderd

@Suite("What the cache API refuses")
struct CacheRefusalTests {
    private func sample() throws -> SampleLayer {
        try SampleLayer([SampleLayer.File(path: "a", content: randomBytes(400_000, seed: 5))])
    }

    @Test("A recipe that gives other bytes is refused, and nothing is left")
    func mismatch() async throws {
        try await withCache { cache in
            let layer = try sample()
            let frames = try await cache.http.post(CachePath.frames(cache.project), layer.body)
            #expect(frames.status == 204)
            let lie = Digest(hashing: [1])
            let recipe = Recipe(
                parameters: layer.recipe.parameters, digest: lie, size: layer.recipe.size,
                headers: layer.recipe.headers, payload: layer.recipe.payload, extents: layer.recipe.extents)
            let answer = try await cache.http.put(CachePath.layer(cache.project, lie), recipe.encoded())
            #expect(answer.status == 422)
            #expect(answer.failure == .invalidContent)
            let other = try await cache.http.put(CachePath.layer(cache.project, lie), layer.recipe.encoded())
            #expect(other.status == 422)
            for digest in [lie, layer.diffID] {
                #expect(try await cache.http.get(CachePath.layer(cache.project, digest)).status == 404)
            }
        }
    }

    @Test("A layer whose chunks are missing is refused until they are sent")
    func missingChunks() async throws {
        try await withCache { cache in
            let layer = try sample()
            let early = try await cache.http.put(
                CachePath.layer(cache.project, layer.diffID), layer.recipe.encoded())
            #expect(early.status == 409)
            #expect(early.failure == .missingContent)
            try await cache.upload(layer)
        }
    }

    @Test("Chunks that are not there end a fetch before its first byte")
    func fetchMissing() async throws {
        try await withCache { cache in
            let layer = try sample()
            try await cache.upload(layer)
            let ids = layer.chunkIDs + [Digest(hashing: [1])]
            let answer = try await cache.http.post(CachePath.fetchChunks(cache.project), ids.flatMap(\.rawBytes))
            #expect(answer.status == 409)
            #expect(answer.failure == .missingContent)
        }
    }

    @Test("Frames that are damaged or cut short leave nothing")
    func damagedFrames() async throws {
        try await withCache { cache in
            let layer = try sample()
            var damaged = layer.body
            damaged[damaged.count - 10] ^= 1
            let bodies = [
                damaged, Array(layer.body.dropLast()), layer.body + [1, 2, 3], Array("no frames at all".utf8),
                [UInt8](repeating: 0xff, count: 300_000),
            ]
            for body in bodies {
                let answer = try await cache.http.post(CachePath.frames(cache.project), body)
                #expect([413, 422].contains(answer.status))
                #expect(try await cache.missing(layer.chunkIDs).count == layer.chunkIDs.count)
            }
            try await cache.upload(layer)
        }
    }

    @Test("A client that goes away in the middle leaves nothing")
    func disconnect() async throws {
        try await withCache { cache in
            let layer = try sample()
            let body = layer.body
            let head = """
                POST \(CachePath.frames(cache.project)) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n
                """
            try await RawConnection.with(port: cache.http.port) { _, outbound in
                try await outbound.write(ByteBuffer(string: head))
                try await outbound.write(ByteBuffer(bytes: body.dropLast(100)))
            }
            #expect(try await cache.missing(layer.chunkIDs).count == layer.chunkIDs.count)
            try await cache.upload(layer)
        }
    }

    @Test("Bodies that cannot be read are refused with the reason")
    func malformed() async throws {
        try await withCache { cache in
            let project = cache.project
            let json: [(path: String, body: String)] = [
                (CachePath.lookup(project), "{"),
                (CachePath.lookup(project), #"{"scopes":["main"],"steps":[{"op":"sha256:12"}]}"#),
                (CachePath.lookup(project), #"{"scopes":[""],"steps":[]}"#),
                (CachePath.lookup(project), #"{"scopes":[],"steps":[]}"#),
                (CachePath.steps(project), "[]"),
                (CachePath.chainQuery(project), "null"),
                (CachePath.chainFile(project), ""),
                (CachePath.resolve(project), #"{"images":1}"#),
                (CachePath.images(project), "{}"),
                (CachePath.missingChunks(project), "33 bytes are no chunk ids........"),
            ]
            for (path, body) in json {
                let answer = try await cache.http.post(path, Array(body.utf8))
                #expect(answer.status == 400, "\(path) \(body)")
                #expect(answer.failure == .badRequest, "\(path) \(body)")
            }
            let digest = Digest(hashing: [1])
            for body in [[], [1], [UInt8](repeating: 0xff, count: 1000)] as [[UInt8]] {
                let answer = try await cache.http.put(CachePath.layer(project, digest), body)
                #expect([400, 413, 422].contains(answer.status))
            }
        }
    }

    @Test("Bodies that are too long are refused, announced or not")
    func oversized() async throws {
        try await withCache { cache in
            let path = CachePath.missingChunks(cache.project)
            let bytes = [UInt8](repeating: 7, count: (CachePath.chunkIDsMaximum + 1) * 32)
            let announced = try await cache.http.post(path, bytes)
            #expect(announced.status == 413)
            #expect(announced.failure == .tooLarge)
            let (parts, source) = AsyncStream<ByteBuffer>.makeStream()
            for start in stride(from: 0, to: bytes.count, by: 65536) {
                source.yield(ByteBuffer(bytes: bytes[start..<min(start + 65536, bytes.count)]))
            }
            source.finish()
            let streamed = try await cache.http.send(.POST, path, body: .stream(parts, length: .unknown))
            #expect(streamed.status == 413)
            let whole = try await cache.http.post(path, Array(bytes.dropLast(32)))
            #expect(whole.status == 200)
        }
    }

    @Test("Names that are not valid are refused")
    func names() async throws {
        try await withServer { client, _ in
            for name in ["Shop", "a%2Fb", "a..b", "-a", String(repeating: "a", count: 129)] {
                let answer = try await client.post("/api/v1/projects/\(name)/lookup", Array("{}".utf8))
                #expect(answer.status == 400, "\(name)")
                #expect(answer.failure == .invalidName, "\(name)")
            }
            let answer = try await client.get("/api/v1/projects/a/layers/sha256:12")
            #expect(answer.status == 400)
            #expect(answer.failure == .invalidName)
        }
    }
}
