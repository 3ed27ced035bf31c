import NIOCore
import NIOHTTPTypes

/// Closes a connection, or one stream of HTTP/2, whose client sends a body too slowly or does not take its answer.
///
/// Only time counts in which the server waits for the client: while the store is busy nothing is read, and nobody is blamed.
final class SlowClientLimit: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let time: TimeAmount
    /// What must come in ``time``. Bytes.
    private let bytesMinimum: Int
    /// What limits heads on the same connection; a stream of HTTP/2 has none.
    private var head: HeadLimit?

    private var isBodyComing = false
    /// Since when the client is waited for; `nil` while it is not.
    private var waitingSince: NIODeadline?
    /// How long it was waited for, and what came, since it was last fast enough.
    private var waited = TimeAmount.zero
    private var received = 0
    private var check: Scheduled<Void>?
    private var stall: Scheduled<Void>?

    init(_ limits: Limits) {
        time = TimeAmount(limits.slowTime)
        bytesMinimum = Int(Double(limits.bodyRate) * (limits.slowTime / .seconds(1)))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        head = try? context.pipeline.syncOperations.handler(type: HeadLimit.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        stall?.cancel()
        head = nil
    }

    // MARK: Bodies

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isBodyComing = true
            (waited, received) = (.zero, 0)
            head?.headArrived()
        case .body(let part):
            received += part.readableBytes
            settle(.now())
        case .end:
            isBodyComing = false
            waitingSince = nil
            check?.cancel()
            check = nil
            head?.requestArrived()
        }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if isBodyComing, waitingSince == nil {
            waitingSince = .now()
            if check == nil { scheduleCheck(context) }
        }
        context.read()
    }

    /// Adds the time until `now` to that in which the client was waited for.
    private func settle(_ now: NIODeadline) {
        if let start = waitingSince { waited = waited + (now - start) }
        waitingSince = nil
        if received >= bytesMinimum { (waited, received) = (.zero, 0) }
    }

    private func scheduleCheck(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        // At the earliest time at which the client can have been too slow.
        check = context.eventLoop.scheduleTask(in: time - waited) {
            let (handler, context) = bound.value
            handler.check = nil
            // While nobody waits there is nothing to check; the next wait begins again.
            guard handler.isBodyComing, handler.waitingSince != nil else { return }
            let now = NIODeadline.now()
            handler.settle(now)
            if handler.waited >= handler.time { return context.close(promise: nil) }
            handler.waitingSince = now
            handler.scheduleCheck(context)
        }
    }

    // MARK: Answers

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stall?.cancel()
        stall = nil
        if !context.channel.isWritable {
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            stall = context.eventLoop.scheduleTask(in: time) { bound.value.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }
}
