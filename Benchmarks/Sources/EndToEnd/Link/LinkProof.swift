import Dispatch
internal import FoundationEssentials
import Synchronization

/// What a link was measured to be, before anything is built over it.
package struct LinkProof: Equatable {
    /// From a question to its answer, the median. Milliseconds.
    package var roundTrip: Double
    /// From the server and to it, contents of TCP segments. Mbit/s.
    package var down: Double
    package var up: Double

    /// How much of a link's rate TCP has: headers take 3.4 % of each packet, and it begins slowly.
    private static let leastOfRate = 0.85
    /// How much later than it should an answer may be. Milliseconds.
    private static let mostLate = 2.0

    /// Measures one. Blocks for about three seconds.
    package init(of link: Link, shape: Network.Shape?) throws {
        // Of a second each way at the link's rate; on loopback of what takes a fraction of one.
        let bytes = (shape?.bitsPerSecond ?? 2_000_000_000) / 8
        let listener = try link.inServerNamespace { try StreamSocket.listening(on: link.serverAddress) }
        let port = try listener.port
        let server = Answering(on: listener, questions: Self.questions, bytes: bytes)
        let socket = try StreamSocket.connected(to: link.serverAddress, port: port)
        func seconds(_ body: () throws -> Void) rethrows -> Double {
            let duration = try ContinuousClock().measure(body)
            return duration / .seconds(1)
        }
        let trips = try (0..<Self.questions).map { _ in
            try seconds {
                try socket.send(1)
                try socket.receive(1)
            }
        }
        roundTrip = (Figure.median(trips) ?? 0) * 1000
        let megabits = Double(bytes) * 8 / 1e6
        // TCP begins slowly, which is not the link's doing: what is measured comes behind a quarter as much.
        try socket.receive(bytes / 4)
        down = megabits / (try seconds { try socket.receive(bytes) })
        try socket.send(bytes / 4)
        try socket.receive(1)
        up =
            megabits
            / (try seconds {
                try socket.send(bytes)
                try socket.receive(1)
            })
        try server.end()
    }

    /// What was measured elsewhere.
    package init(roundTrip: Double, down: Double, up: Double) {
        self.roundTrip = roundTrip
        self.down = down
        self.up = up
    }

    private static let questions = 31

    /// What is wrong with it.
    package func faults(as shape: Network.Shape) -> [String] {
        let rate = Double(shape.bitsPerSecond) / 1e6
        let trip = Double(shape.roundTrip) / 1000
        var faults: [String] = []
        for (direction, value) in [("from the server", down), ("to the server", up)]
        where !(rate * Self.leastOfRate...rate * 1.02).contains(value) {
            faults.append("\(Figure.decimal(value, 1)) Mbit/s \(direction) instead of \(Figure.decimal(rate, 0))")
        }
        if !(trip...trip + Self.mostLate).contains(roundTrip) {
            faults.append("a round trip of \(Figure.decimal(roundTrip, 2)) ms instead of \(Figure.decimal(trip, 1))")
        }
        return faults
    }

    /// For people.
    package func line(_ network: Network) -> String {
        "- network \(network.rawValue), measured before the builds: round trip \(Figure.decimal(roundTrip, 2)) ms (median), "
            + "\(Figure.decimal(down, 1)) Mbit/s from the server, \(Figure.decimal(up, 1)) Mbit/s to it"
    }
}

/// The server's side of a proof.
private final class Answering: Sendable {
    private let group = DispatchGroup()
    private let failure = Mutex<(any Error)?>(nil)
    private let listener: StreamSocket

    init(on listener: consuming StreamSocket, questions: Int, bytes: Int) {
        self.listener = listener
        DispatchQueue.global().async(group: group) {
            do {
                let socket = try self.listener.accepted()
                for _ in 0..<questions {
                    try socket.receive(1)
                    try socket.send(1)
                }
                try socket.send(bytes / 4 + bytes)
                for count in [bytes / 4, bytes] {
                    try socket.receive(count)
                    try socket.send(1)
                }
            } catch {
                self.failure.withLock { $0 = error }
            }
        }
    }

    /// Waits for its end.
    func end() throws {
        group.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
