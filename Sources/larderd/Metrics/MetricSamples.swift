/// The names and values that tell one series of a metric from another, in the order in which they are written.
struct MetricLabels: Hashable, Sendable {
    private let names: [String]
    private let values: [String]

    init(_ pairs: [(String, String)] = []) {
        names = pairs.map(\.0)
        values = pairs.map(\.1)
    }

    var pairs: [(name: String, value: String)] { zip(names, values).map { (name: $0, value: $1) } }
}

/// What all metrics are at a moment.
struct MetricSamples: Sendable {
    /// What a series is.
    enum Value: Sendable {
        case number(Double)
        /// Counts of each bucket alone, and the sum.
        case histogram([UInt64], sum: Double)
    }

    private(set) var series: [Metric: [(labels: MetricLabels, value: Value)]] = [:]

    init() {}

    /// Adds a series.
    mutating func add(_ metric: Metric, _ labels: MetricLabels, _ value: Double) {
        series[metric, default: []].append((labels, .number(value)))
    }

    /// Adds a series.
    mutating func add(_ metric: Metric, _ labels: [(String, String)] = [], _ value: some BinaryInteger) {
        add(metric, MetricLabels(labels), Double(value))
    }

    /// Adds a series.
    mutating func add(_ metric: Metric, _ labels: [(String, String)] = [], _ value: Double) {
        add(metric, MetricLabels(labels), value)
    }

    /// Adds a series of a histogram.
    mutating func add(_ metric: Metric, _ labels: MetricLabels, histogram: (counts: [UInt64], sum: Double)) {
        series[metric, default: []].append((labels, .histogram(histogram.counts, sum: histogram.sum)))
    }
}
