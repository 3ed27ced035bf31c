import AsyncHTTPClient
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import TestSupport
import Testing

@testable import larderd

@Suite("Connections with TLS")
struct SecureChannelTests {
    private static func files(_ pair: TestAuthority.Pair) -> TLSFiles {
        TLSFiles(certificate: pair.certificate, key: pair.key)
    }

    @Test("The client's preference decides between HTTP/2 and HTTP/1.1", arguments: [true, false])
    func negotiation(isNew: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            try await SecureServer.run(Self.files(try authority.certificate(for: "127.0.0.1"))) { server in
                var client = SecureClient(authority)
                client.version = isNew ? .automatic : .http1Only
                let answer = try await client.with { try await $0.get("https://127.0.0.1:\(server.port)/") }
                #expect(answer.version == (isNew ? .http2 : .http1_1))
                #expect(answer.text == "127.0.0.1 true nobody")
            }
        }
    }

    @Test("Many requests on one connection are answered side by side, and another server stops while they come")
    func manyStreams() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            let files = Self.files(try authority.certificate(for: "127.0.0.1"))
            for _ in 0..<5 {
                try await SecureServer.run(files) { server in
                    let answers = try await SecureClient(authority).with { session in
                        try await withThrowingTaskGroup(of: String.self) { group in
                            for _ in 0..<200 {
                                group.addTask { try await session.get("https://127.0.0.1:\(server.port)/").text }
                            }
                            return try await group.reduce(into: [String]()) { $0.append($1) }
                        }
                    }
                    #expect(answers.count == 200 && Set(answers).count == 1)
                }
            }
        }
    }

    @Test("What is older than TLS 1.2 is refused")
    func oldVersions() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            try await SecureServer.run(Self.files(try authority.certificate(for: "127.0.0.1"))) { server in
                var client = SecureClient(authority)
                client.change = { $0.maximumTLSVersion = .tlsv12 }
                let answer = try await server.ask(client)
                #expect(answer == "127.0.0.1 true nobody")
                client.change = { tls in
                    tls.minimumTLSVersion = .tlsv1
                    tls.maximumTLSVersion = .tlsv11
                }
                let old = client
                await #expect(throws: (any Error).self) { try await server.ask(old) }
            }
        }
    }

    // MARK: Certificates of clients

    @Test(
        "A client's certificate is asked for as set, verified, and known to the request",
        arguments: TLSFiles.ClientAuthentication.allCases)
    func clientCertificates(_ authentication: TLSFiles.ClientAuthentication) async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            let stranger = try TestAuthority(in: directory, named: "stranger")
            var files = Self.files(try authority.certificate(for: "127.0.0.1"))
            files.clientAuthority = authority.file
            files.clientAuthentication = authentication
            let uri = "spiffe://example.org/ci/runner"
            let known = try authority.certificate(named: "runner-7", hosts: ["runner-7.internal"], uris: [uri])
            let unknown = try stranger.certificate(named: "impostor", uris: [uri])
            let old = try authority.certificate(named: "old", age: 7200, lifetime: 3600)
            try await SecureServer.run(files) { server in
                var client = SecureClient(authority)
                func answer(_ shown: TestAuthority.Pair?) async -> String {
                    client.shown = shown
                    return (try? await server.ask(client)) ?? "refused"
                }
                let named = #"127.0.0.1 true runner-7 ["runner-7.internal"] ["\#(uri)"]"#
                let nobody = "127.0.0.1 true nobody"
                #expect(await answer(nil) == (authentication == .require ? "refused" : nobody))
                #expect(await answer(known) == (authentication == .none ? nobody : named))
                #expect(await answer(unknown) == (authentication == .none ? nobody : "refused"))
                #expect(await answer(old) == (authentication == .none ? nobody : "refused"))
            }
        }
    }

    @Test("A client that knows another authority only does not speak with the server")
    func unknownAuthority() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            let stranger = try TestAuthority(in: directory, named: "stranger")
            try await SecureServer.run(Self.files(try authority.certificate(for: "127.0.0.1"))) { server in
                await #expect(throws: (any Error).self) { try await server.ask(SecureClient(stranger)) }
            }
        }
    }

    // MARK: Time

    @Test("A client that does not finish its handshake is not waited for")
    func slowHandshake() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            let files = Self.files(try authority.certificate(for: "127.0.0.1"))
            try await SecureServer.run(files, { $0.limits.handshakeTime = .seconds(2) }) { server in
                for beginning in [[], [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]] as [[UInt8]] {
                    try await RawConnection.with(port: server.port) { inbound, outbound in
                        // On a busy machine the server may have closed it already.
                        try? await outbound.write(ByteBuffer(bytes: beginning))
                        // Ends when the server closes, or has reset it.
                        do { for try await _ in inbound {} } catch {}
                    }
                }
                #expect(try await server.ask(SecureClient(authority)) == "127.0.0.1 true nobody")
            }
        }
    }

    @Test("Plain HTTP is not answered, and the next connection is")
    func plainClient() async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            try await SecureServer.run(Self.files(try authority.certificate(for: "127.0.0.1"))) { server in
                let answer = try await RawConnection.with(port: server.port) { inbound, outbound in
                    try await outbound.write(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
                    var bytes = 0
                    for try await part in inbound { bytes += part.readableBytes }
                    return bytes
                }
                // At most an alert of TLS.
                #expect(answer < 16)
                #expect(try await server.ask(SecureClient(authority)) == "127.0.0.1 true nobody")
            }
        }
    }

    @Test("Connections that nobody serves are closed at the end", arguments: [true, false])
    func dropped(before: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let authority = try TestAuthority(in: directory)
            let files = Self.files(try authority.certificate(for: "127.0.0.1"))
            let certificate = try ServerCertificate(files, logger: .silent)
            for version in [HTTPClient.Configuration.HTTPVersion.automatic, .http1Only] {
                let waiting = WaitingConnections()
                let secure = SecureChannel(
                    HTTP1Channel { _, _, _ in }, certificate, limits: Limits(), counts: ConnectionCounts(Limits()),
                    waiting: waiting)
                // What a server does with a connection that it accepts while it stops: it is set up, and dropped.
                let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .childChannelInitializer { channel in secure.setup(channel: channel, logger: .silent).map { _ in } }
                    .bind(host: "127.0.0.1", port: 0).get()
                let port = try #require(server.localAddress?.port)
                if !before { await waiting.close() }
                var client = SecureClient(authority)
                client.version = version
                async let answer = try? client.with { try await $0.get("https://127.0.0.1:\(port)/").text }
                if before {
                    while waiting.count == 0 { try await Task.sleep(for: .milliseconds(5)) }
                    await waiting.close()
                }
                try await server.close()
                _ = try? await server.closeFuture.get()
                #expect(await answer == nil)
            }
        }
    }
}
