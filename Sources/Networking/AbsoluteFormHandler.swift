internal import NIOCore
internal import NIOHTTP1

/// Writes the whole URL into requests, as proxies want it that pass on plain HTTP (RFC 9112, 3.2.2). The host is that of
/// the `Host` header.
final class AbsoluteFormHandler: ChannelOutboundHandler, Sendable {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), head.uri.hasPrefix("/"),
            let host = head.headers.first(name: "host")
        else { return context.write(data, promise: promise) }
        head.uri = "http://\(host)\(head.uri)"
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    /// Puts a handler where requests are not yet bytes.
    static func add(to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let encoder = try pipeline.handler(type: HTTPRequestEncoder.self)
        try pipeline.addHandler(AbsoluteFormHandler(), position: .after(encoder))
    }
}
