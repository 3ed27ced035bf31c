import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

/// Serves the streams of connections with HTTP/2 (RFC 9113), each a request.
struct HTTP2Streams: Sendable {
    /// A connection.
    struct Connection: Sendable {
        fileprivate let streams: NIOHTTP2Handler.AsyncStreamMultiplexer<HTTP1Channel.Value>
        fileprivate let channel: any Channel
    }

    /// The most requests at once on a connection; for more, clients open another.
    static let streamMaximum = 64
    /// How many bytes of a body a client may send before they are taken. A slow reader holds as much memory.
    static let windowBytes = 512 << 10

    private let base: HTTP1Channel
    private let limits: Limits
    private let waiting: WaitingConnections

    init(_ base: HTTP1Channel, limits: Limits, waiting: WaitingConnections) {
        self.base = base
        self.limits = limits
        self.waiting = waiting
    }

    /// Makes `channel` one of HTTP/2, on its event loop.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let manager = NIOHTTP2ServerConnectionManagementHandler(
                eventLoop: channel.eventLoop,
                configuration: .init(
                    maxIdleTime: base.configuration.idleTimeout, maxAge: nil, maxGraceTime: .minutes(5), keepalive: nil)
            )
            let streams = try pipeline.configureAsyncHTTP2Pipeline(
                mode: .server, streamDelegate: manager.http2StreamDelegate, configuration: configuration
            ) { stream in
                setup(stream: stream, logger: logger)
            }
            try pipeline.addHandlers(ReceiveSizes(), manager, InputEnd())
            // The connection became active long ago, so nobody tells it to begin to count the time.
            manager.channelActive(context: try pipeline.context(handler: manager))
            return Connection(streams: streams, channel: channel)
        }
    }

    private var configuration: NIOHTTP2Handler.Configuration {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: Self.streamMaximum),
            HTTP2Setting(parameter: .maxHeaderListSize, value: base.configuration.httpDecoder.maxHeaderListSize),
            HTTP2Setting(parameter: .initialWindowSize, value: Self.windowBytes),
        ]
        connection.targetWindowSize = 4 * Self.windowBytes
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = Self.windowBytes
        stream.outboundBufferSizeHighWatermark = 256 << 10
        stream.outboundBufferSizeLowWatermark = 64 << 10
        return NIOHTTP2Handler.Configuration(connection: connection, stream: stream)
    }

    private func setup(stream: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        stream.eventLoop.makeCompletedFuture {
            try stream.pipeline.syncOperations.addHandlers(
                HTTP2FramePayloadToHTTPServerCodec(), SlowClientLimit(limits),
                HTTPConnectionStateHandler(
                    idleTimeout: base.configuration.idleTimeout.map { .nanoseconds($0.nanoseconds) }, logger: logger))
            let value = try HTTP1Channel.Value(wrappingChannelSynchronously: stream)
            waiting.keep(value)
            return value
        }
    }

    /// Serves a connection until it is closed.
    func serve(_ connection: Connection, logger: Logger) async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                do {
                    for try await stream in connection.streams.inbound {
                        group.addTask {
                            waiting.remove(stream)
                            await base.handleHTTP(asyncChannel: stream, logger: logger)
                        }
                    }
                } catch {
                    logger.debug("connection broke off", metadata: ["error": "\(error)"])
                }
                connection.channel.close(promise: nil)
            }
        } onCancel: {
            connection.channel.close(promise: nil)
        }
    }
}
