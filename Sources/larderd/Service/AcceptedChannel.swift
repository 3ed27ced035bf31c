import HummingbirdCore
import Logging
import NIOCore

/// A connection that is served as HTTP/1.1, whenever it comes.
///
/// When a server stops, Hummingbird drops connections that were accepted at that very moment, and NIO ends the process when
/// one is dropped that nobody served. So they are kept until somebody does, and closed at the end.
struct AcceptedChannel: ServerChildChannel {
    private let base: HTTP1Channel
    private let waiting: WaitingConnections

    init(_ base: HTTP1Channel, waiting: WaitingConnections) {
        self.base = base
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
        base.setup(channel: channel, logger: logger).map { [waiting] connection in
            waiting.keep(connection)
            return connection
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        waiting.remove(value)
        await base.handle(value: value, logger: logger)
    }
}
