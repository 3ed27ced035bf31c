import NIOCore

/// Lets a connection that brings much be read in large pieces: a call of the kernel, and a hop to another thread, are then
/// paid for by more bytes. Up to ten pieces wait for whoever reads the body.
final class ReceiveSizes: ChannelInboundHandler, RemovableChannelHandler {
    /// Everything is passed on as it is.
    typealias InboundIn = Any

    /// How long a piece is at most. Bytes.
    private static let maximum = 512 << 10

    func handlerAdded(context: ChannelHandlerContext) {
        // It begins small and grows while pieces are full. A channel without the option reads as it did before.
        let sizes = AdaptiveRecvByteBufferAllocator(minimum: 1 << 10, initial: 4 << 10, maximum: Self.maximum)
        try? context.channel.syncOptions?.setOption(.recvAllocator, value: sizes)
    }
}
