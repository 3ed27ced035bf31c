import NIOCore

/// Tells a client that there are too many connections, and closes its own. One that would have to be told with TLS is closed
/// at once, since a handshake costs more than most requests.
final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a client may take to read the answer.
    private static let time = TimeAmount.seconds(1)
    private static let answer = """
        HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n
        """

    private let isSecure: Bool

    init(isSecure: Bool) {
        self.isSecure = isSecure
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if isSecure { return context.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: Self.answer)), promise: nil)
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.time) { channel.close(promise: nil) }
    }

    // Nobody reads what it says.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
