import Metrics
import Synchronization

/// The backend of swift-metrics: keeps what was recorded of each ``Metric``, by its dimensions, until it is asked for. What has
/// another label is dropped, and so are dimensions beyond ``seriesMaximum`` of a metric, so that no client can make it grow.
final class MetricRegistry: MetricsFactory {
    /// The most series of a metric.
    static let seriesMaximum = 4000

    private enum Cell {
        case counter(CounterCell)
        case sum(FloatingPointCounterCell)
        case gauge(GaugeCell)
        case histogram(HistogramCell)
    }

    private let series = Mutex<[Metric: [MetricLabels: Cell]]>([:])

    init() {}

    /// Everything that was recorded, added to `samples`.
    func collect(into samples: inout MetricSamples) {
        for (metric, cells) in series.withLock({ $0 }) {
            for (labels, cell) in cells {
                switch cell {
                case .counter(let cell): samples.add(metric, labels, cell.value)
                case .sum(let cell): samples.add(metric, labels, cell.value)
                case .gauge(let cell): samples.add(metric, labels, cell.value)
                case .histogram(let cell): samples.add(metric, labels, histogram: cell.value)
                }
            }
        }
    }

    private func cell<Kind>(
        _ label: String, _ dimensions: [(String, String)], _ kept: (Cell) -> Kind?, make: () -> (Kind, Cell)
    ) -> Kind {
        guard let metric = Metric(rawValue: label) else { return make().0 }
        let labels = MetricLabels(dimensions)
        return series.withLock { series in
            if let cell = series[metric]?[labels] { return kept(cell) ?? make().0 }
            let (kind, cell) = make()
            if series[metric, default: [:]].count < Self.seriesMaximum { series[metric, default: [:]][labels] = cell }
            return kind
        }
    }

    // MARK: MetricsFactory

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        cell(label, dimensions, { if case .counter(let cell) = $0 { cell } else { nil } }) {
            let cell = CounterCell()
            return (cell, .counter(cell))
        }
    }

    func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        cell(label, dimensions, { if case .sum(let cell) = $0 { cell } else { nil } }) {
            let cell = FloatingPointCounterCell()
            return (cell, .sum(cell))
        }
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { gauge(label, dimensions) }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        gauge(label, dimensions)
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeCell {
        cell(label, dimensions, { if case .gauge(let cell) = $0 { cell } else { nil } }) {
            let cell = GaugeCell()
            return (cell, .gauge(cell))
        }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        cell(label, dimensions, { if case .histogram(let cell) = $0 { cell } else { nil } }) {
            let cell = HistogramCell()
            return (cell, .histogram(cell))
        }
    }

    // What was counted stays, as Prometheus wants it.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
