import NIOCore

/// Closes a connection whose client began the head of a request and does not come to its end in time. ``SlowClientLimit`` tells it
/// how far requests are. A head that begins in the same read in which the request before ends is left to the idle time of the
/// connection, since nobody tells whether anything of it is there.
final class HeadLimit: ChannelInboundHandler, RemovableChannelHandler {
    /// Everything is passed on as it is.
    typealias InboundIn = Any

    private let time: TimeAmount
    private var closing: Scheduled<Void>?
    private var isBetweenRequests = true

    init(_ time: TimeAmount) {
        self.time = time
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isBetweenRequests, closing == nil {
            let channel = context.channel
            closing = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
        }
        context.fireChannelRead(data)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        closing?.cancel()
    }

    /// A head is complete.
    func headArrived() {
        isBetweenRequests = false
        closing?.cancel()
        closing = nil
    }

    /// A request is complete.
    func requestArrived() {
        isBetweenRequests = true
    }
}
