import NIOCore

/// Closes a connection whose client has closed its side of it. With HTTP/1.1 such a client may still wait for an answer, which the
/// server therefore allows; with HTTP/2 it is gone, and nothing else would notice.
final class InputEnd: ChannelInboundHandler {
    /// Everything is passed on as it is.
    typealias InboundIn = Any

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
