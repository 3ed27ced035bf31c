/// The pauses between attempts at something that may be repeated. Each is drawn between half and one and a half times
/// its length, so that many runners do not come back at the same moment.
public struct RetrySchedule: Sendable {
    /// Between one attempt and the next.
    public let pauses: [Duration]

    /// Makes a schedule.
    public init(pauses: [Duration]) {
        self.pauses = pauses
    }

    /// Where something has worked before: rides out the restart of a server.
    public static let standard = RetrySchedule(pauses: [
        .milliseconds(100), .milliseconds(400), .milliseconds(1500), .seconds(4),
    ])

    /// Where nothing was ever heard: what is not there now will hardly come.
    public var short: RetrySchedule { RetrySchedule(pauses: Array(pauses.prefix(2))) }

    /// The pause before attempt `number`, the first of which is 0; `nil` when there is no further attempt.
    /// - Parameter wanted: what the other side asked for, which counts if it is not unreasonably long.
    public func pause(before number: Int, wanted: Duration? = nil) -> Duration? {
        guard number > 0, number <= pauses.count else { return nil }
        let pause = pauses[number - 1] * Double.random(in: 0.5...1.5)
        guard let wanted, wanted <= .seconds(30) else { return pause }
        return max(wanted, pause)
    }
}
