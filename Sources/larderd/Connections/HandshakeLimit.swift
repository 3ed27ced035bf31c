import Logging
import NIOCore
import NIOTLS

/// Closes a connection whose client does not finish its handshake in time, and says why handshakes fail.
final class HandshakeLimit: ChannelInboundHandler {
    /// Everything is passed on as it is.
    typealias InboundIn = Any

    private let time: TimeAmount
    private let logger: Logger
    private var closing: Scheduled<Void>?
    private var isDone = false

    init(_ time: TimeAmount, logger: Logger) {
        self.time = time
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let (channel, logger) = (context.channel, logger)
        closing = context.eventLoop.scheduleTask(in: time) {
            logger.debug("handshake took too long", metadata: ["address": "\(Self.address(channel))"])
            channel.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        closing?.cancel()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event {
            isDone = true
            closing?.cancel()
        }
        // A server that stops does not wait for those who have not asked anything yet.
        if event is ChannelShouldQuiesceEvent, !isDone { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !isDone {
            logger.debug(
                "handshake failed", metadata: ["address": "\(Self.address(context.channel))", "error": "\(error)"])
        }
        context.fireErrorCaught(error)
    }

    private static func address(_ channel: any Channel) -> String { channel.remoteAddress?.ipAddress ?? "unknown" }
}
