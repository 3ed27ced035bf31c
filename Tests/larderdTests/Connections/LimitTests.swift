import AsyncHTTPClient
import CacheAPI
import Chunking
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import larderd

@Suite("Limits, over real connections")
struct LimitTests {
    private static let upload = "/v2/shop/api/blobs/uploads/"

    /// What a server says to these bytes until it closes the connection.
    private static func exchange(_ port: Int, _ parts: String..., pause: Duration = .zero) async throws -> String {
        try await RawConnection.with(port: port) { inbound, outbound in
            async let text = inbound.text()
            for part in parts {
                // The server may have closed it already.
                try? await outbound.write(ByteBuffer(string: part))
                if pause > .zero { try await Task.sleep(for: pause) }
            }
            return (try? await text) ?? ""
        }
    }

    // MARK: Requests

    @Test("More requests than allowed are answered with 429, which says when to come again; health is free")
    func requestRate() async throws {
        try await withServer({ ($0.limits.requestRate, $0.limits.requestBurst) = (1, 5) }) { client, _ in
            for _ in 0..<5 { #expect(try await client.get("/v2/").status == 200) }
            // Unless the machine is so slow that another second is over.
            var registry = try await client.get("/v2/")
            while registry.status == 200 { registry = try await client.get("/v2/") }
            #expect(registry.status == 429)
            #expect(registry.registryError == "TOOMANYREQUESTS")
            #expect(registry.headers.first(name: "retry-after") == "1")
            var cache = try await client.post("/api/v1/projects/shop/chunks/missing", [])
            while cache.status == 200 { cache = try await client.post("/api/v1/projects/shop/chunks/missing", []) }
            #expect(cache.status == 429)
            #expect(cache.failure == .tooManyRequests)
            #expect(try await client.get("/healthz").status == 200)
            var status: UInt = 429
            while status == 429 { status = try await client.get("/v2/").status }
            #expect(status == 200)
        }
    }

    @Test("So many requests are under way at once, until their bodies have come")
    func concurrency() async throws {
        try await withServer({ $0.limits.requestsPerClient = 1 }) { client, _ in
            let bytes = [UInt8](repeating: 9, count: 32 << 20)
            let digest = Digest(hashing: bytes)
            #expect(try await client.send(.POST, "\(Self.upload)?digest=\(digest)", body: .bytes(bytes)).status == 201)
            try await RawConnection.with(port: client.port) { inbound, outbound in
                try await outbound.write(
                    ByteBuffer(string: "GET /v2/shop/api/blobs/\(digest) HTTP/1.1\r\nHost: a\r\n\r\n"))
                // Its body does not fit what the kernel holds, so it is under way until it is read.
                #expect(try await inbound.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
                let refused = try await client.get("/v2/")
                #expect(refused.status == 429 && refused.headers.first(name: "retry-after") == "1")
                #expect(try await client.get("/healthz").status == 200)
            }
            while try await client.get("/v2/").status == 429 {}
        }
    }

    // MARK: Sizes

    @Test("A body may be as long as the limit and no longer, whether its length is announced or not")
    func bodySize() async throws {
        try await withServer({ $0.limits.bodyBytes = 100_000 }) { client, _ in
            for (count, status) in [(100_000, 201), (100_001, 413)] as [(Int, UInt)] {
                let bytes = [UInt8](repeating: 7, count: count)
                let digest = Digest(hashing: bytes)
                let path = "\(Self.upload)?digest=\(digest)"
                let announced = try await client.send(.POST, path, body: .bytes(bytes))
                #expect(announced.status == status)
                let parts = AsyncStream<ByteBuffer> { continuation in
                    continuation.yield(ByteBuffer(bytes: bytes))
                    continuation.finish()
                }
                let streamed = try await client.send(.POST, path, body: .stream(parts, length: .unknown))
                #expect(streamed.status == status)
                if status == 413 { #expect(announced.registryError == "SIZE_INVALID") }
            }
            // In two parts.
            let begun = try await client.send(.POST, Self.upload)
            let place = try #require(begun.headers.first(name: "location"))
            let half = [UInt8](repeating: 1, count: 60_000)
            #expect(try await client.send(.PATCH, place, body: .bytes(half)).status == 202)
            #expect(try await client.send(.PATCH, place, body: .bytes(half)).status == 413)
            // Frames of the cache API.
            let frames = try await client.post("/api/v1/projects/shop/frames", [UInt8](repeating: 0, count: 100_001))
            #expect(frames.status == 413 && frames.failure == .tooLarge)
            #expect(try await client.post("/api/v1/projects/shop/frames", []).status == 204)
        }
    }

    @Test("JSON, recipes and manifests are taken up to their limits, which can be set", arguments: [true, false])
    func documents(isSet: Bool) async throws {
        let limits = try #require(
            isSet ? Limits("json-size=2KiB,recipe-size=3KiB,manifest-size=4KiB") : Limits())
        #expect(!isSet || (limits.jsonBytes, limits.recipeBytes, limits.manifestBytes) == (2048, 3072, 4096))
        try await withServer({ $0.limits = limits }) { client, _ in
            func status(_ path: String, _ count: Int, _ method: String, sends: Bool) async throws -> String {
                let headers = "Host: a\r\nConnection: close\r\nContent-Length: \(count)\r\n"
                let head = "\(method) \(path) HTTP/1.1\r\n\(headers)\r\n"
                return try await RawConnection.with(port: client.port) { inbound, outbound in
                    try await outbound.write(ByteBuffer(string: head))
                    if sends { try await outbound.write(ByteBuffer(repeating: 0x20, count: count)) }
                    return String(try await inbound.text(until: "\r\n").prefix(12))
                }
            }
            let (lookup, manifest) = ("/api/v1/projects/shop/lookup", "/v2/shop/api/manifests/1")
            let layer = "/api/v1/projects/shop/layers/\(Digest(hashing: []))"
            let cases = [
                (lookup, "POST", limits.jsonBytes + 1, "413"), (lookup, "POST", limits.jsonBytes, "400"),
                (layer, "PUT", limits.recipeBytes + 1, "413"), (manifest, "PUT", limits.manifestBytes + 1, "413"),
                (manifest, "PUT", limits.manifestBytes, "400"),
            ]
            for (path, method, count, expected) in cases {
                // What is too long is refused before it is sent.
                let answer = try await status(path, count, method, sends: expected != "413")
                #expect(answer == "HTTP/1.1 \(expected)")
            }
        }
    }

    @Test("The head of a request has a limit")
    func headSize() async throws {
        try await withServer { client, _ in
            for (count, status) in [(Limits.headerFieldBytes - 100, "200"), (Limits.headerFieldBytes + 100, "400")] {
                let value = String(repeating: "x", count: count)
                let answer = try await Self.exchange(
                    client.port, "GET /v2/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: \(value)\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            }
        }
    }

    // MARK: Connections

    @Test("More connections than allowed are refused, until others are closed", arguments: [true, false])
    func connections(perAddress: Bool) async throws {
        try await withServer({ settings in
            settings.limits.connections = perAddress ? 100 : 2
            settings.limits.connectionsPerAddress = perAddress ? 2 : 100
        }) { client, _ in
            let request = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
            try await RawConnection.with(port: client.port) { first, ask in
                try await RawConnection.with(port: client.port) { second, askToo in
                    try await ask.write(ByteBuffer(string: request))
                    #expect(try await first.text(until: "ok\n").hasPrefix("HTTP/1.1 200 "))
                    try await askToo.write(ByteBuffer(string: request))
                    #expect(try await second.text(until: "ok\n").hasPrefix("HTTP/1.1 200 "))
                    let refused = try await Self.exchange(client.port)
                    #expect(refused.hasPrefix("HTTP/1.1 429 ") && refused.contains("Retry-After: 1\r\n"))
                }
                var answer = ""
                while !answer.hasPrefix("HTTP/1.1 200 ") {
                    answer = try await Self.exchange(
                        client.port, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                }
            }
        }
    }

    @Test("With TLS, too many connections are closed before their handshake")
    func secureConnections() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            let pair = try authority.certificate(for: "127.0.0.1")
            let files = TLSFiles(certificate: pair.certificate, key: pair.key)
            try await SecureServer.run(files, { $0.limits.connectionsPerAddress = 1 }) { server in
                let url = "https://127.0.0.1:\(server.port)/"
                try await SecureClient(authority).with { session in
                    let first = try await session.get(url).text
                    #expect(first == "127.0.0.1 true nobody")
                    await #expect(throws: (any Error).self) { try await server.ask(SecureClient(authority)) }
                    let second = try await session.get(url).text
                    #expect(second == first)
                }
            }
        }
    }

    // MARK: Slow clients

    @Test("A head that does not come to its end is not waited for; one that comes in parts is")
    func slowHead() async throws {
        try await withServer({ $0.limits.headerTime = .seconds(3) }) { client, _ in
            #expect(try await Self.exchange(client.port, "GET /v2/ HTTP/1.1\r\nHost: a\r\n") == "")
            let parts = try await Self.exchange(
                client.port, "GET /healthz HTTP/1.1\r\n", "Host: a\r\n", "Connection: close\r\n\r\n",
                pause: .milliseconds(5))
            #expect(parts.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("A body that comes too slowly is not waited for, and what an upload has stays")
    func slowBody() async throws {
        try await withServer({ settings in
            settings.limits.slowTime = .seconds(3)
            settings.limits.bodyRate = 100
        }) { client, _ in
            let begun = try await client.send(.POST, Self.upload)
            let place = try #require(begun.headers.first(name: "location"))
            let head = "PATCH \(place) HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
            #expect(try await Self.exchange(client.port, head, "slow", "slow", pause: .milliseconds(10)) == "")
            var state = try await client.get(place)
            while state.headers.first(name: "range") != "0-7" { state = try await client.get(place) }
            #expect(state.status == 204)
            // Fast enough: more than the rate wants, in longer than the time.
            let quick = "PATCH \(place) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 12000\r\n\r\n"
            let part = String(repeating: "x", count: 2000)
            let answer = try await Self.exchange(
                client.port, quick, part, part, part, part, part, part, pause: .milliseconds(600))
            #expect(answer.hasPrefix("HTTP/1.1 202 "))
        }
    }

    @Test("A client that takes nothing of its answer is not waited for")
    func slowReader() async throws {
        try await withServer({ $0.limits.slowTime = .seconds(3) }) { client, _ in
            let bytes = [UInt8](repeating: 9, count: 32 << 20)
            let digest = Digest(hashing: bytes)
            #expect(try await client.send(.POST, "\(Self.upload)?digest=\(digest)", body: .bytes(bytes)).status == 201)
            let count = try await RawConnection.with(port: client.port) { inbound, outbound in
                try await outbound.write(
                    ByteBuffer(string: "GET /v2/shop/api/blobs/\(digest) HTTP/1.1\r\nHost: a\r\n\r\n"))
                try await Task.sleep(for: .seconds(6))
                var count = 0
                // Reset, or ended.
                do { for try await part in inbound { count += part.readableBytes } } catch {}
                return count
            }
            #expect(count < bytes.count)
            // Whoever takes it gets it, unless the machine is so slow that this test takes nothing for as long.
            var whole = try? await client.get("/v2/shop/api/blobs/\(digest)")
            for _ in 0..<10 where whole == nil { whole = try? await client.get("/v2/shop/api/blobs/\(digest)") }
            #expect(whole?.bytes.count == bytes.count)
        }
    }

    // MARK: Uploads

    @Test("One client has so many open uploads; another has its own, and old ones are gone")
    func uploads() async throws {
        try await withServer({ settings in
            settings.limits.uploadsPerClient = 2
            settings.limits.uploadIdleTime = .seconds(5)
        }) { client, _ in
            let first = try await client.send(.POST, Self.upload)
            #expect(try await client.send(.POST, Self.upload).status == 202)
            let refused = try await client.send(.POST, Self.upload)
            #expect(refused.status == 429 && refused.headers.first(name: "retry-after") == "10")
            let place = try #require(first.headers.first(name: "location"))
            while try await client.get(place).status != 404 {}
            #expect(try await client.send(.POST, Self.upload).status == 202)
        }
    }

    @Test(
        "Values that are no limits are refused",
        arguments: [
            "connections", "connections=0", "connections=-1", "connections=x", "speed=3", "body-size=1XiB",
            "slow-time=0s", "uploads=1,uploads", "slow-time=1y", "json-size=1GiB", "recipe-size=0",
            "manifest-size=5MiB",
            "layer-size=0", "expansion=0",
        ])
    func badValues(text: String) {
        #expect(Limits(text) == nil)
    }
}
