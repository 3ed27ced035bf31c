import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import SystemPackage
import TestSupport

@testable import larderd

/// Passes connections on to servers of this machine, as a network does that is not as it should be: through a proxy, behind
/// TLS, or broken off.
final class LoopbackRelay: Sendable {
    /// What it does.
    struct Behaviour: Sendable {
        /// Where connections go; of a proxy only those to hosts that are not in `hosts`.
        var target = 0
        /// Makes it a proxy, which knows these hosts (`host:port`) by their port here.
        var hosts: [String: Int]?
        /// What a proxy wants to see in `proxy-authorization`.
        var login: String?
        /// What it presents to clients that come with TLS.
        var certificate: TestAuthority.Pair?
        /// How many bytes of answers the connection of a number lets through before it breaks; `nil` for all.
        var limit: @Sendable (Int) -> Int? = { _ in nil }
        /// Whether a connection stays then, and nothing more comes.
        var staysOpen = false
        /// How many bytes of questions all connections let through together before nothing moves any more.
        var questionLimit = Int.max
    }

    private struct Broken: Error {}

    let port: Int
    /// The first lines that a proxy was sent.
    let requests = Mutex<[String]>([])
    private let asked = Mutex(0)
    private let connectionCount = Mutex(0)
    private let behaviour: Behaviour

    private init(_ behaviour: Behaviour, port: Int) {
        self.behaviour = behaviour
        self.port = port
    }

    /// How many connections there were.
    var connections: Int { connectionCount.withLock { $0 } }

    /// Lends a relay to `body`.
    static func run(_ behaviour: Behaviour, _ body: @Sendable (LoopbackRelay) async throws -> Void) async throws {
        let tls = try behaviour.certificate.map { try NIOSSLContext(configuration: $0.configuration) }
        let waiting = WaitingConnections()
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    let client = try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    waiting.keep(client)
                    return client
                }
            }
        let relay = LoopbackRelay(behaviour, port: server.channel.localAddress?.port ?? 0)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await relay.run(server, waiting, body))
        } catch {
            outcome = .failure(error)
        }
        await waiting.close()
        try outcome.get()
    }

    private func run(
        _ server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>,
        _ waiting: WaitingConnections, _ body: @Sendable (LoopbackRelay) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { clients in
                    await withDiscardingTaskGroup { group in
                        do {
                            for try await client in clients {
                                group.addTask {
                                    waiting.remove(client)
                                    await self.serve(client)
                                }
                            }
                        } catch {}
                    }
                }
            }
            defer { group.cancelAll() }
            try await body(self)
        }
    }

    private func serve(_ client: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async {
        let number = connectionCount.withLock { count in
            defer { count += 1 }
            return count
        }
        // A connection that breaks is what this is for.
        try? await client.executeThenClose { inbound, outbound in
            var parts = inbound.makeAsyncIterator()
            var first = ByteBuffer()
            var target = behaviour.target
            if behaviour.hosts != nil {
                while !String(buffer: first).contains("\r\n\r\n") {
                    guard var part = try await parts.next() else { return }
                    first.writeBuffer(&part)
                }
                guard let port = try await admit(&first, outbound) else { return }
                target = port
            }
            let upstream = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: target) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            try await upstream.executeThenClose { answers, questions in
                if first.readableBytes > 0 { try await questions.write(first) }
                // Whichever side ends first ends the other.
                defer { upstream.channel.close(promise: nil) }
                async let back: Void = {
                    defer { client.channel.close(promise: nil) }
                    try await self.answer(answers, outbound, limit: self.behaviour.limit(number))
                }()
                while let part = try await parts.next() {
                    let sum = asked.withLock { sum in
                        sum += part.readableBytes
                        return sum
                    }
                    if sum > behaviour.questionLimit { try await Task.sleep(for: .seconds(3600)) }
                    try await questions.write(part)
                }
                upstream.channel.close(promise: nil)
                try await back
            }
        }
    }

    /// Passes answers on.
    private func answer(
        _ answers: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        limit: Int?
    ) async throws {
        var left = limit
        for try await var part in answers {
            let slice = part.readSlice(length: min(part.readableBytes, left ?? .max)) ?? ByteBuffer()
            try await outbound.write(slice)
            left = left.map { $0 - slice.readableBytes }
            guard left == 0 else { continue }
            if behaviour.staysOpen { try await Task.sleep(for: .seconds(3600)) }
            throw Broken()
        }
    }

    /// What a proxy does with the head of a request: gives the port to pass it on to, or answers itself.
    private func admit(
        _ first: inout ByteBuffer, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws -> Int? {
        let text = String(buffer: first)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        requests.withLock { $0.append(String(lines[0])) }
        if let login = behaviour.login {
            let wanted = "proxy-authorization: basic \(login)".lowercased()
            guard lines.contains(where: { $0.lowercased() == wanted }) else {
                try await outbound.write(
                    ByteBuffer(string: "HTTP/1.1 407 Login\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"))
                return nil
            }
        }
        let words = lines[0].split(separator: " ")
        let isTunnel = words[0] == "CONNECT"
        let host = isTunnel ? words[1] : words[1].dropFirst("http://".count).prefix { $0 != "/" }
        guard isTunnel || words[1].hasPrefix("http://"), let port = behaviour.hosts?[String(host)] else {
            try await outbound.write(
                ByteBuffer(string: "HTTP/1.1 502 Unknown\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"))
            return nil
        }
        if isTunnel {
            first.clear()
            try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 Connected\r\n\r\n"))
        }
        return port
    }
}

extension TestAuthority.Pair {
    /// What a server presents.
    fileprivate var configuration: TLSConfiguration {
        get throws {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate.string)
            return .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key.string, format: .pem)))
        }
    }
}
