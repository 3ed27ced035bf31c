/// What is between runner and server.
public enum Network: String, CaseIterable, Sendable {
    /// The machine's own loopback interface.
    case loopback
    /// 1 Gbit/s each way, as within a data centre.
    case gigabit = "1gbit"
    /// 100 Mbit/s each way, and 5 ms from a question to its answer.
    case distant = "100mbit-5ms"

    /// What a link of its own is to be like.
    public struct Shape: Sendable, Equatable {
        /// In each direction.
        public let bitsPerSecond: Int
        /// From a question to its answer. Microseconds.
        public let roundTrip: Int
    }

    /// `nil` where there is no such link.
    public var shape: Shape? {
        switch self {
        case .loopback: nil
        case .gigabit: Shape(bitsPerSecond: 1_000_000_000, roundTrip: 0)
        case .distant: Shape(bitsPerSecond: 100_000_000, roundTrip: 5000)
        }
    }
}
