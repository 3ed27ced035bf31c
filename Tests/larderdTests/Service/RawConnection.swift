import NIOCore
import NIOPosix

/// A TCP connection on which a test says exactly what it wants.
struct RawConnection: Sendable {
    private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Connects to `port` of this machine, lends the connection, and closes it.
    static func with<Result: Sendable>(
        port: Int,
        _ body:
            @Sendable (
                NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>
            ) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            // Else the kernel takes dozens of megabytes that the test has not asked for yet, as far as it may.
            .channelOption(.socketOption(.so_rcvbuf), value: 64 << 10)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    // So that a test can end what it sends and still read.
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { try await body($0, $1) }
    }
}

extension NIOAsyncChannelInboundStream<ByteBuffer> {
    /// What comes until the other side is silent for good or `marker` has come.
    func text(until marker: String? = nil) async throws -> String {
        var text = ""
        for try await buffer in self {
            text += String(buffer: buffer)
            if let marker, text.contains(marker) { break }
        }
        return text
    }
}
