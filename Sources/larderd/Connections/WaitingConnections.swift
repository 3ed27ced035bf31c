import NIOCore
import Synchronization

/// The connections that were accepted and are not served yet.
///
/// NIO ends the process when a connection is dropped that nobody served; so they are kept until somebody does, and closed
/// at the end.
final class WaitingConnections: Sendable {
    private typealias Closing = @Sendable () async -> Void

    private let state = Mutex((closings: [ObjectIdentifier: Closing](), isClosed: false))

    /// Closes those that nobody is going to serve, and all that still come.
    func close() async {
        let rest = state.withLock { state in
            state.isClosed = true
            defer { state.closings = [:] }
            return Array(state.closings.values)
        }
        for close in rest { await close() }
    }

    /// How many there are.
    var count: Int { state.withLock { $0.closings.count } }

    /// Keeps one that was accepted.
    func keep<Inbound: Sendable, Outbound: Sendable>(_ connection: NIOAsyncChannel<Inbound, Outbound>) {
        // What fails is the closing of what is closed already.
        let close: Closing = { try? await connection.executeThenClose { _, _ in } }
        let isClosed = state.withLock { state in
            if !state.isClosed { state.closings[ObjectIdentifier(connection.channel)] = close }
            return state.isClosed
        }
        if isClosed { Task { await close() } }
    }

    /// Lets go of one that is served now.
    func remove<Inbound: Sendable, Outbound: Sendable>(_ connection: NIOAsyncChannel<Inbound, Outbound>) {
        state.withLock { $0.closings[ObjectIdentifier(connection.channel)] = nil }
    }
}
