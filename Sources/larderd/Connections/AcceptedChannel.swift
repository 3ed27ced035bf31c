import HummingbirdCore
import Logging
import NIOCore

/// A connection that is served as HTTP/1.1, whenever it comes.
///
/// When a server stops, Hummingbird drops connections that were accepted at that very moment, and NIO ends the process when
/// one is dropped that nobody served. So they are kept until somebody does, and closed at the end.
struct AcceptedChannel: ServerChildChannel {
    private let base: HTTP1Channel
    private let limits: Limits?
    private let counts: ConnectionCounts?
    private let waiting: WaitingConnections

    /// - Parameters:
    ///   - limits: how slowly heads of requests may come; `nil` for any time.
    ///   - counts: how many connections there may be; `nil` for any number.
    init(
        _ base: HTTP1Channel, limits: Limits? = nil, counts: ConnectionCounts? = nil, waiting: WaitingConnections
    ) {
        self.base = base
        self.limits = limits
        self.counts = counts
        self.waiting = waiting
    }

    /// What an application serves with; `waiting` is to be closed after it.
    static func server(
        _ configuration: HTTP1Channel.Configuration = HTTP1Channel.Configuration(), waiting: WaitingConnections
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            AcceptedChannel(HTTP1Channel(responder: responder, configuration: configuration), waiting: waiting)
        }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        do {
            let pipeline = channel.pipeline.syncOperations
            if let counts, !counts.admit(channel) { try pipeline.addHandler(RefusedConnection(isSecure: false)) }
            if let limits { try pipeline.addHandler(HeadLimit(TimeAmount(limits.headerTime))) }
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return base.setup(channel: channel, logger: logger).map { [waiting] connection in
            waiting.keep(connection)
            return connection
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        let connection = Connection(address: value.channel.remoteAddress?.ipAddress ?? "")
        await Connection.$current.withValue(connection) {
            await serve(value, logger: logger)
        }
    }

    /// Serves a connection about which ``Connection/current`` is true.
    func serve(_ value: HTTP1Channel.Value, logger: Logger) async {
        waiting.remove(value)
        await base.handle(value: value, logger: logger)
    }
}
