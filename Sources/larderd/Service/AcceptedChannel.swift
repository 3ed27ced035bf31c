import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// A connection that is served as HTTP/1.1, whenever it comes.
///
/// When a server stops, Hummingbird drops connections that were accepted at that very moment, and NIO ends the process when
/// one is dropped that nobody served. So they are kept until somebody does, and closed at the end.
struct AcceptedChannel: ServerChildChannel {
    /// The connections that were accepted and are not served yet.
    final class Waiting: Sendable {
        private let state = Mutex((connections: [ObjectIdentifier: HTTP1Channel.Value](), isClosed: false))

        /// Closes those that nobody is going to serve, and all that still come.
        func close() async {
            let rest = state.withLock { state in
                state.isClosed = true
                defer { state.connections = [:] }
                return Array(state.connections.values)
            }
            for connection in rest { await Self.close(connection) }
        }

        fileprivate func keep(_ connection: HTTP1Channel.Value) {
            let isClosed = state.withLock { state in
                if !state.isClosed { state.connections[ObjectIdentifier(connection.channel)] = connection }
                return state.isClosed
            }
            if isClosed { Task { await Self.close(connection) } }
        }

        fileprivate func remove(_ connection: HTTP1Channel.Value) {
            state.withLock { $0.connections[ObjectIdentifier(connection.channel)] = nil }
        }

        private static func close(_ connection: HTTP1Channel.Value) async {
            // What fails is the closing of what is closed already.
            try? await connection.executeThenClose { _, _ in }
        }
    }

    private let base: HTTP1Channel
    private let waiting: Waiting

    init(_ base: HTTP1Channel, waiting: Waiting) {
        self.base = base
        self.waiting = waiting
    }

    /// What an application serves with; `waiting` is to be closed after it.
    static func server(
        _ configuration: HTTP1Channel.Configuration = HTTP1Channel.Configuration(), waiting: Waiting
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
