import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import larderd

@Suite("Connections that nobody serves")
struct AcceptedChannelTests {
    @Test("They are closed at the end, whether they came before or after it", arguments: [true, false])
    func dropped(before: Bool) async throws {
        let waiting = WaitingConnections()
        let accepted = AcceptedChannel(HTTP1Channel { _, _, _ in }, waiting: waiting)
        let (connections, announce) = AsyncStream<Void>.makeStream()
        // What a server does with a connection that it accepts while it stops: it is set up, and dropped.
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                accepted.setup(channel: channel, logger: .silent).map { _ in announce.yield() }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        if !before { await waiting.close() }
        try await RawConnection.with(port: port) { inbound, _ in
            _ = await connections.first { _ in true }
            if before { await waiting.close() }
            let answer = try await inbound.text()
            #expect(answer.isEmpty)
        }
        try await server.close()
    }
}
