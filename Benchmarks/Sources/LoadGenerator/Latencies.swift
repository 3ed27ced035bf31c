import Histogram
import Synchronization

/// How long answers took, gathered from several connections.
package final class Latencies: Sendable {
    private struct State {
        /// Microseconds from the moment at which each request was due; of those that nothing was due for, from its sending.
        var latency = Histogram<UInt64>(highestTrackableValue: Latencies.highest)
        /// Microseconds from the moment at which each request was sent.
        var service = Histogram<UInt64>(highestTrackableValue: Latencies.highest)
        var failed = 0
        var unsent = 0
        var failure: String?
    }

    /// An hour: what takes longer counts as an hour.
    private static let highest: UInt64 = 3_600_000_000
    private let state = Mutex(State())

    package init() {}

    /// Takes one answer. Nanoseconds.
    package func add(due: Int64, sent: Int64, answered: Int64) {
        state.withLock { state in
            state.latency.record(Self.microseconds(answered - due))
            state.service.record(Self.microseconds(answered - sent))
        }
    }

    /// Takes a request that was not answered as it should be.
    package func addFailure(_ cause: String) {
        state.withLock { state in
            state.failed += 1
            state.failure = state.failure ?? cause
        }
    }

    /// Takes requests that were due and never sent.
    package func addUnsent(_ count: Int) {
        state.withLock { $0.unsent += count }
    }

    /// All of it.
    /// - Parameter seconds: for how long answers counted.
    package func report(over seconds: Double) -> LoadReport {
        state.withLock { state in
            LoadReport(
                requests: Int(state.latency.totalCount), failed: state.failed, unsent: state.unsent,
                firstFailure: state.failure, rate: Double(state.latency.totalCount) / seconds,
                latency: LoadReport.Times(state.latency), service: LoadReport.Times(state.service))
        }
    }

    private static func microseconds(_ nanoseconds: Int64) -> UInt64 {
        min(UInt64(max(nanoseconds, 0)) / 1_000, highest)
    }
}

extension LoadReport.Times {
    init(_ histogram: borrowing Histogram<UInt64>) {
        func milliseconds(_ percentile: Double) -> Double {
            Double(histogram.valueAtPercentile(percentile)) / 1_000
        }
        self.init(
            median: milliseconds(50), p90: milliseconds(90), p99: milliseconds(99), p999: milliseconds(99.9),
            longest: Double(histogram.max) / 1_000, mean: (histogram.mean * 1_000).rounded() / 1_000_000)
    }
}
