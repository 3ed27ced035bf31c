/// What one connection does: ask, again and again, each time at the moment that is its turn.
///
/// Requests of all connections are spread evenly over time. Each has a moment at which it is due, from which its time counts,
/// sent or not: so an answer that is late also counts for those that had to wait behind it.
package struct PacedLoop {
    /// When the first request of all connections is due.
    package let start: Int64
    /// The connection's number, from 0.
    package let number: Int
    package let settings: LoadSettings

    /// How long after the end requests that were due before it are still sent. Nanoseconds.
    package static let drain: Int64 = 30_000_000_000

    package init(start: Int64, number: Int, settings: LoadSettings) {
        self.start = start
        self.number = number
        self.settings = settings
    }

    /// - Parameter ask: sends a request and gives the status of its answer.
    package func run(_ clock: some PaceClock, into latencies: Latencies, _ ask: () throws -> Int) {
        guard let rate = settings.rate else { return runUnpaced(clock, into: latencies, ask) }
        let interval = 1e9 / rate
        let whole = Int64((settings.warmUp + settings.duration) * 1e9)
        var turn = number
        while Double(turn) * interval < Double(whole) {
            let offset = Int64(Double(turn) * interval)
            clock.wait(until: start + offset)
            guard clock.now < start + whole + Self.drain else { break }
            once(clock, due: start + offset, counts: offset >= warmUp, into: latencies, ask)
            turn += settings.connections
        }
        let last = Int((Double(whole) / interval).rounded(.up))
        if turn < last { latencies.addUnsent((last - turn + settings.connections - 1) / settings.connections) }
    }

    private var warmUp: Int64 { Int64(settings.warmUp * 1e9) }

    /// Asks as soon as there is an answer.
    private func runUnpaced(_ clock: some PaceClock, into latencies: Latencies, _ ask: () throws -> Int) {
        let end = start + Int64((settings.warmUp + settings.duration) * 1e9)
        clock.wait(until: start)
        while clock.now < end {
            once(clock, due: nil, counts: clock.now >= start + warmUp, into: latencies, ask)
        }
    }

    private func once(
        _ clock: some PaceClock, due: Int64?, counts: Bool, into latencies: Latencies, _ ask: () throws -> Int
    ) {
        let sent = clock.now
        let status = Result { try ask() }
        guard counts else { return }
        switch status {
        case .success(let status) where (200..<300).contains(status):
            latencies.add(due: due ?? sent, sent: sent, answered: clock.now)
        case .success(let status): latencies.addFailure("status \(status)")
        case .failure(let error): latencies.addFailure("\(error)")
        }
    }
}
