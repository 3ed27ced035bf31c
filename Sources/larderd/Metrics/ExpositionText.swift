/// Metrics as Prometheus reads them: its text format 0.0.4, or OpenMetrics 1.0. Pure.
struct ExpositionText {
    /// Which of the two.
    enum Format: Sendable {
        case prometheus
        case openMetrics

        /// The better one of those that `accept`, a header's value, names.
        init(accept: String?) {
            self = accept?.contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
        }

        var contentType: String {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    /// The lines.
    private(set) var text = ""
    private let format: Format

    init(_ samples: MetricSamples, _ format: Format) {
        self.format = format
        for metric in Metric.allCases {
            guard let series = samples.series[metric] else { continue }
            head(metric)
            let lines = series.map { (labels: Self.text(of: $0.labels), value: $0.value) }
            for (labels, value) in lines.sorted(by: { $0.labels < $1.labels }) {
                switch value {
                case .number(let value): line(metric.rawValue, labels, Self.text(of: value))
                case .histogram(let counts, let sum): histogram(metric, labels, counts, sum)
                }
            }
        }
        if format == .openMetrics { text += "# EOF\n" }
    }

    private mutating func head(_ metric: Metric) {
        let isTotal = format == .openMetrics && metric.kind == .counter
        let family = isTotal ? String(metric.rawValue.dropLast("_total".count)) : metric.rawValue
        text += "# HELP \(family) \(metric.help)\n# TYPE \(family) \(metric.kind.rawValue)\n"
        guard format == .openMetrics else { return }
        for unit in ["seconds", "bytes"] where family.hasSuffix("_\(unit)") { text += "# UNIT \(family) \(unit)\n" }
    }

    private mutating func histogram(_ metric: Metric, _ labels: String, _ counts: [UInt64], _ sum: Double) {
        let (name, separator) = (metric.rawValue, labels.isEmpty ? "" : ",")
        var count: UInt64 = 0
        for (index, part) in counts.enumerated() {
            count += part
            let bound = index < Metric.bounds.count ? Self.text(of: Metric.bounds[index]) : "+Inf"
            line("\(name)_bucket", "\(labels)\(separator)le=\"\(bound)\"", "\(count)")
        }
        line("\(name)_sum", labels, Self.text(of: sum))
        line("\(name)_count", labels, "\(count)")
    }

    private mutating func line(_ name: String, _ labels: String, _ value: String) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    private static func text(of labels: MetricLabels) -> String {
        labels.pairs.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { [0x5c, 0x22, 0x0a].contains($0) }) else { return value }
        return value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func text(of value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return "\(Int64(value))" }
        if value.isNaN { return "NaN" }
        return value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : "\(value)"
    }
}
