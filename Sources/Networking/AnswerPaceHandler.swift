internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2

/// Breaks off answers that are slower than ``AnswerLimits`` allow, with a ``SlowAnswer``.
///
/// It sees how many bytes come, and when more are asked for: a connection is read only as fast as its bytes are used. (The
/// client's own limit of time between two reads counts the time in which they are used, and is content with one byte.)
final class AnswerPaceHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private let limits: AnswerLimits
    private var pace: AnswerPace
    private var timer: Scheduled<Void>?

    init(_ limits: AnswerLimits) {
        self.limits = limits
        pace = AnswerPace(limits)
    }

    /// Puts a handler where answers are no longer bytes.
    static func add(to channel: any Channel, _ limits: AnswerLimits) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder: any ChannelHandler
        do {
            decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
        } catch ChannelPipelineError.notFound {
            decoder = try pipeline.handler(type: HTTP2FramePayloadToHTTP1ClientCodec.self)
        }
        try pipeline.addHandler(AnswerPaceHandler(limits), position: .after(decoder))
    }

    func read(context: ChannelHandlerContext) {
        pace.wants(at: .now())
        watch(context)
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head) where head.status.code >= 200: pace.begins(at: .now())
        case .head: break
        case .body(let part): pace.came(part.readableBytes, at: .now())
        case .end: pace.ends()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        pace.handedOn(at: .now())
        context.fireChannelReadComplete()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    /// One timer at a time: it looks again when it is due whether there is still to be waited.
    private func watch(_ context: ChannelHandlerContext) {
        guard timer == nil, let rest = pace.rest(at: .now()) else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: rest) {
            self.timer = nil
            guard self.pace.rest(at: .now()) == .nanoseconds(0) else { return self.watch(context) }
            self.pace.ends()
            context.fireErrorCaught(
                SlowAnswer("less than \(self.limits.paceByteCount) bytes came in \(self.limits.paceTime)"))
        }
    }
}
