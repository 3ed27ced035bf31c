import Glibc

/// Durations of one thing done many times.
struct Samples: Sendable {
    private(set) var milliseconds: [Double] = []
    /// How long the processor worked for it altogether, on the thread that did it: what other programs do adds little to it.
    private(set) var processorMilliseconds = 0.0

    /// Does it once more.
    mutating func measure<R>(_ body: () throws -> R) rethrows -> R {
        let (start, processor) = (ContinuousClock.now, Self.processorMilliseconds)
        let result = try body()
        processorMilliseconds += Self.processorMilliseconds - processor
        milliseconds.append(start.duration(to: .now).seconds * 1e3)
        return result
    }

    /// Takes those of `other` too.
    mutating func add(_ other: Samples) {
        milliseconds += other.milliseconds
        processorMilliseconds += other.processorMilliseconds
    }

    private static var processorMilliseconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
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
