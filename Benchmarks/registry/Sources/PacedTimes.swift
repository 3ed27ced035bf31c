/// How long answers took.
struct PacedTimes {
    private var nanoseconds: [Int64] = []
    private var failures = 0

    mutating func add(_ time: Int64, failed: Bool) {
        nanoseconds.append(time)
        if failed { failures += 1 }
    }

    mutating func add(_ other: PacedTimes) {
        nanoseconds += other.nanoseconds
        failures += other.failures
    }

    /// A name and a value in each line.
    var report: [String] {
        let sorted = nanoseconds.sorted()
        func percentile(_ share: Double) -> String {
            guard !sorted.isEmpty else { return "n/a" }
            let value = sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
            return "\(Double(value / 1_000) / 1_000)"
        }
        return [
            "requests \(sorted.count)", "failed \(failures)", "median \(percentile(0.5))", "p99 \(percentile(0.99))",
            "p99.9 \(percentile(0.999))", "longest \(percentile(1))",
        ]
    }
}
