import Metrics
import Synchronization

/// A counter of whole numbers.
final class CounterCell: CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: Double { Double(count.load(ordering: .relaxed)) }

    func increment(by amount: Int64) { count.add(max(0, amount), ordering: .relaxed) }

    func reset() { count.store(0, ordering: .relaxed) }
}

/// A counter of anything.
final class FloatingPointCounterCell: FloatingPointCounterHandler {
    private let sum = Mutex(0.0)

    var value: Double { sum.withLock { $0 } }

    func increment(by amount: Double) {
        guard amount.isFinite, amount > 0 else { return }
        sum.withLock { $0 += amount }
    }

    func reset() { sum.withLock { $0 = 0 } }
}

/// A value that goes up and down.
final class GaugeCell: MeterHandler, RecorderHandler {
    private let current = Mutex(0.0)

    var value: Double { current.withLock { $0 } }

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { current.withLock { $0 = value } }

    func increment(by amount: Double) { current.withLock { $0 += amount } }

    func decrement(by amount: Double) { current.withLock { $0 -= amount } }

    func record(_ value: Int64) { set(Double(value)) }

    func record(_ value: Double) { set(value) }
}

/// How many durations there were up to each of ``Metric/bounds``, and their sum.
final class HistogramCell: TimerHandler {
    private struct State {
        var counts = [UInt64](repeating: 0, count: Metric.bounds.count + 1)
        var sum = 0.0
    }

    private let state = Mutex(State())

    /// The counts of each bucket alone, the last without a bound, and the sum in seconds.
    var value: (counts: [UInt64], sum: Double) { state.withLock { ($0.counts, $0.sum) } }

    func recordNanoseconds(_ duration: Int64) {
        let seconds = Double(max(0, duration)) / 1e9
        let bucket = Metric.bounds.firstIndex { seconds <= $0 } ?? Metric.bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += seconds
        }
    }
}
