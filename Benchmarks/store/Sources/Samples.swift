/// Durations of one thing done many times.
struct Samples: Sendable {
    private(set) var milliseconds: [Double] = []

    /// Does it once more.
    mutating func measure<R>(_ body: () throws -> R) rethrows -> R {
        let start = ContinuousClock.now
        let result = try body()
        milliseconds.append(start.duration(to: .now).seconds * 1e3)
        return result
    }

    /// The value that the share `quantile` of the samples does not exceed.
    func quantile(_ quantile: Double) -> Double {
        let sorted = milliseconds.sorted()
        guard let last = sorted.indices.last else { return .nan }
        return sorted[min(Int(Double(sorted.count) * quantile), last)]
    }
}

extension Duration {
    /// This as a number of seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
