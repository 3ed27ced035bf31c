import Metrics
import Testing

@testable import larderd

@Suite("Metrics as text")
struct ExpositionTextTests {
    private func samples(_ record: (MetricRegistry) -> Void) -> MetricSamples {
        let registry = MetricRegistry()
        record(registry)
        var samples = MetricSamples()
        registry.collect(into: &samples)
        return samples
    }

    @Test("A counter of swift-metrics, with labels that need escaping, in both formats")
    func counter() {
        let samples = samples { registry in
            let counter = Counter(
                label: "larderd_errors_total", dimensions: [("source", "a\"b\\c\nd")], factory: registry)
            counter.increment(by: 2)
            counter.increment(by: -5)
            counter.increment()
        }
        let line = #"larderd_errors_total{source="a\"b\\c\nd"} 3"# + "\n"
        let plain = ExpositionText(samples, .prometheus).text
        #expect(plain.hasSuffix("# TYPE larderd_errors_total counter\n" + line))
        let open = ExpositionText(samples, .openMetrics).text
        #expect(open.hasSuffix("# TYPE larderd_errors counter\n" + line + "# EOF\n"))
    }

    @Test("Buckets of a histogram count what is up to their bound, and all others too")
    func histogram() {
        let samples = samples { registry in
            let timer = Timer(label: "larderd_request_seconds", dimensions: [("route", "r")], factory: registry)
            for nanoseconds: Int64 in [1_000_000, 1_000_001, 90_000_000, 3_600_000_000_000] {
                timer.recordNanoseconds(nanoseconds)
            }
        }
        let lines = ExpositionText(samples, .prometheus).text.split(separator: "\n")
        #expect(lines.contains(#"larderd_request_seconds_bucket{route="r",le="0.001"} 1"#))
        #expect(lines.contains(#"larderd_request_seconds_bucket{route="r",le="0.0025"} 2"#))
        #expect(lines.contains(#"larderd_request_seconds_bucket{route="r",le="0.1"} 3"#))
        #expect(lines.contains(#"larderd_request_seconds_bucket{route="r",le="600"} 3"#))
        #expect(lines.contains(#"larderd_request_seconds_bucket{route="r",le="+Inf"} 4"#))
        #expect(lines.contains(#"larderd_request_seconds_count{route="r"} 4"#))
    }

    @Test("What is not in the list of metrics, and too many series, are left out")
    func bounds() {
        let samples = samples { registry in
            Counter(label: "of_a_library", factory: registry).increment()
            for number in 0..<(MetricRegistry.seriesMaximum + 10) {
                Counter(label: "larderd_builds_total", dimensions: [("project", "\(number)")], factory: registry)
                    .increment()
            }
        }
        #expect(samples.series.keys.sorted { $0.rawValue < $1.rawValue } == [.builds])
        #expect(samples.series[.builds]?.count == MetricRegistry.seriesMaximum)
    }

    @Test("Projects beyond the bound are told of together")
    func projects() {
        let labels = ProjectLabels()
        for number in 0..<ProjectLabels.countMaximum { #expect(labels.label("p\(number)") == "p\(number)") }
        #expect(labels.label("late") == "other")
        #expect(labels.label("p7") == "p7")
    }
}
