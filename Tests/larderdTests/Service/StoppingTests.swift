import AsyncHTTPClient
import CacheAPI
import Glibc
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("How a server stops")
struct StoppingTests {
    private static let request =
        "POST /api/v1/projects/a/chunks/missing HTTP/1.1\r\nHost: a\r\nContent-Length: 64\r\n\r\n"

    /// Runs a server that the body can ask to stop.
    private func withStoppable(
        stopTimeout: Int, tls: TLSFiles? = nil, _ body: @Sendable (Int, ServiceGroup) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            var settings = Settings(root: directory.appending("root"))
            settings.tls = tls
            settings.listen.port = 0
            settings.stopTimeout = stopTimeout
            let (ports, announce) = AsyncStream<Int>.makeStream()
            let server = LarderServer(settings: settings, logger: .silent) { announce.yield($0) }
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
                    logger: .silent))
            async let running: Void = group.run()
            let port = try #require(await ports.first { _ in true })
            try await body(port, group)
            try await running
        }
    }

    @Test("A request under way is finished; new connections are not taken")
    func finishes() async throws {
        try await withStoppable(stopTimeout: 60) { port, group in
            try await RawConnection.with(port: port) { inbound, outbound in
                try await outbound.write(ByteBuffer(string: Self.request))
                try await outbound.write(ByteBuffer(repeating: 1, count: 32))
                // The server has read the head when it answers another connection after it.
                #expect(try await TestClient(port: port).get("/healthz").status == 200)
                await group.triggerGracefulShutdown()
                while (try? await RawConnection.with(port: port, { _, _ in })) != nil {
                    try await Task.sleep(for: .milliseconds(10))
                }
                try await outbound.write(ByteBuffer(repeating: 2, count: 32))
                let answer = try await inbound.text()
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
            }
        }
    }

    @Test("With HTTP/2, too, a request under way is finished, and new connections are not taken")
    func finishesStream() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            let pair = try authority.certificate(for: "127.0.0.1")
            let files = TLSFiles(certificate: pair.certificate, key: pair.key)
            try await withStoppable(stopTimeout: 60, tls: files) { port, group in
                try await SecureClient(authority).with { session in
                    let url = "https://127.0.0.1:\(port)"
                    let (parts, send) = AsyncStream<ByteBuffer>.makeStream()
                    var request = HTTPClientRequest(url: "\(url)/api/v1/projects/a/chunks/missing")
                    request.method = .POST
                    request.body = .stream(parts, length: .known(Int64(64)))
                    async let answer = session.send(request)
                    send.yield(ByteBuffer(repeating: 1, count: 32))
                    // Both are on one connection: the server has read what came before.
                    let other = try await session.get("\(url)/healthz")
                    #expect(other.version == .http2)
                    await group.triggerGracefulShutdown()
                    while (try? await RawConnection.with(port: port, { _, _ in })) != nil {
                        try await Task.sleep(for: .milliseconds(10))
                    }
                    send.yield(ByteBuffer(repeating: 2, count: 32))
                    send.finish()
                    let response = try await answer
                    #expect(response.status == .ok && response.version == .http2)
                    // Both chunks are missing.
                    #expect(try await response.body.collect(upTo: 1 << 10).readableBytes == 8)
                }
            }
        }
    }

    @Test("A request that never ends does not hold a stop up for good")
    func givesUp() async throws {
        try await withStoppable(stopTimeout: 1) { port, group in
            try await RawConnection.with(port: port) { inbound, outbound in
                try await outbound.write(ByteBuffer(string: Self.request))
                #expect(try await TestClient(port: port).get("/healthz").status == 200)
                await group.triggerGracefulShutdown()
                do {
                    let answer = try await inbound.text()
                    #expect(!answer.contains(" 200 "))
                } catch let error as IOError {
                    // A connection that is given up with something unread is reset.
                    #expect(error.errnoCode == ECONNRESET)
                }
            }
        }
    }

    @Test("Connections that come while a server stops do not end the process")
    func connectionsThatComeAtTheEnd() async throws {
        for _ in 0..<10 {
            try await withStoppable(stopTimeout: 5) { port, group in
                await withTaskGroup(of: Void.self) { tasks in
                    for _ in 0..<8 {
                        tasks.addTask {
                            // Refused once the server is gone.
                            for _ in 0..<200 where (try? await RawConnection.with(port: port) { _, _ in }) == nil {
                                break
                            }
                        }
                    }
                    tasks.addTask {
                        _ = try? await TestClient(port: port).get("/healthz")
                        await group.triggerGracefulShutdown()
                    }
                }
            }
        }
    }
}
