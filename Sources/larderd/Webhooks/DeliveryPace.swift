/// How long to wait after failures.
enum DeliveryPace {
    /// The longest pause. Seconds.
    static let pauseMaximum = 900.0
    /// An event that the receiver refuses is given up after so many attempts, so that those behind it get their turn.
    static let refusalsMaximum = 3

    /// The pause after `failures` failures in a row: 1 s, 2 s, 4 s and so on to a quarter of an hour, drawn between half and
    /// one and a half times that, so that webhooks do not come back at the same moment.
    /// - Parameter wanted: what the receiver asked for, which is the least. Seconds.
    static func pause(
        after failures: Int, wanted: Int64?, using random: inout some RandomNumberGenerator
    ) -> Duration {
        var pause = 1.0
        for _ in 0..<min(max(0, failures - 1), 20) { pause *= 2 }
        pause = min(pause, pauseMaximum) * Double.random(in: 0.5...1.5, using: &random)
        return .milliseconds(Int64(max(pause, Double(wanted ?? 0)) * 1000))
    }
}
