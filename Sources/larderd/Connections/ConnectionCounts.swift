import NIOCore
import Synchronization

/// How many connections there are, in all and of each address.
final class ConnectionCounts: Sendable {
    private struct State {
        var all = 0
        var addresses: [String: Int] = [:]
    }

    private let limits: Limits
    private let state = Mutex(State())

    init(_ limits: Limits) {
        self.limits = limits
    }

    /// How many there are.
    var count: Int { state.withLock { $0.all } }

    /// Counts a connection until it is closed. Whether it may be served.
    func admit(_ channel: any Channel) -> Bool {
        let address = channel.remoteAddress?.ipAddress ?? ""
        let isAdmitted = state.withLock { state in
            let count = state.addresses[address, default: 0]
            guard state.all < limits.connections, count < limits.connectionsPerAddress else { return false }
            state.all += 1
            state.addresses[address] = count + 1
            return true
        }
        guard isAdmitted else { return false }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { state in
                state.all -= 1
                let rest = state.addresses[address, default: 1] - 1
                state.addresses[address] = rest > 0 ? rest : nil
            }
        }
        return true
    }
}
