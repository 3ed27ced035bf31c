import CacheAPI
import ChunkStore
import Metrics
import Synchronization

/// What the server counts, and what it is asked for when somebody wants to know. One for each server.
final class ServerMetrics: Sendable {
    /// Where counters are kept.
    let registry = MetricRegistry()
    /// Which projects are told of by name.
    let projects = ProjectLabels()
    /// How many requests are under way.
    let running = Atomic(0)
    private let observers = Mutex<[@Sendable (inout MetricSamples) -> Void]>([])
    private let timers = Mutex<[RequestKey: Timer]>([:])
    private let received: Counter
    private let sent: Counter

    private struct RequestKey: Hashable {
        let route: String
        let status: Int
    }

    init() {
        func bytes(_ direction: String, _ registry: MetricRegistry) -> Counter {
            Counter(
                label: Metric.bytes.rawValue, dimensions: [("direction", direction), ("layer", "wire")],
                factory: registry)
        }
        (received, sent) = (bytes("in", registry), bytes("out", registry))
        for source in ErrorSource.allCases { count(source, 0) }
    }

    /// Has `observer` asked for its metrics each time somebody wants to know. It must be quick.
    func observe(_ observer: @escaping @Sendable (inout MetricSamples) -> Void) {
        observers.withLock { $0.append(observer) }
    }

    /// All metrics. Blocks for a read of the store's counters.
    func samples(of store: Store) throws(StoreError) -> MetricSamples {
        var samples = MetricSamples()
        registry.collect(into: &samples)
        for observer in observers.withLock({ $0 }) { observer(&samples) }
        samples.add(.requests, [], running.load(ordering: .relaxed))
        samples.add(.buildInfo, [("version", LarderdCommand.version)], 1)
        samples.addProcess()
        samples.add(try store.load())
        samples.add(try store.statistics(), projects)
        samples.add(try store.upkeepTimes())
        return samples
    }

    // MARK: Requests

    /// Counts a request that has ended.
    /// - Parameters:
    ///   - route: its name in the table.
    ///   - received: of its body. Bytes.
    ///   - sent: of the answer's body. Bytes.
    func count(route: String, status: Int, _ duration: Duration, received: Int, sent: Int) {
        let key = RequestKey(route: route, status: status / 100)
        let timer = timers.withLock { timers in
            if let timer = timers[key] { return timer }
            let timer = Timer(
                label: Metric.requestSeconds.rawValue,
                dimensions: [("route", route), ("status", "\(key.status)xx")], factory: registry)
            timers[key] = timer
            return timer
        }
        timer.recordNanoseconds(duration.nanoseconds)
        if received > 0 { self.received.increment(by: received) }
        if sent > 0 { self.sent.increment(by: sent) }
        if status >= 500 { count(.request) }
    }

    // MARK: Everything else

    /// What failed.
    enum ErrorSource: String, CaseIterable, Sendable {
        /// A request was answered with a status from 500 on.
        case request
        /// A round of maintenance.
        case maintenance
        /// What builds have reported could not be kept.
        case history
    }

    /// Counts failures.
    func count(_ source: ErrorSource, _ amount: Int = 1) {
        add(.errors, [("source", source.rawValue)], amount)
    }

    /// Adds to a counter.
    func add(_ metric: Metric, _ labels: [(String, String)] = [], _ amount: some BinaryInteger) {
        Counter(label: metric.rawValue, dimensions: labels, factory: registry).increment(by: amount)
    }

    /// Adds to a counter.
    func add(_ metric: Metric, _ labels: [(String, String)], seconds: Double) {
        FloatingPointCounter(label: metric.rawValue, dimensions: labels, factory: registry).increment(by: seconds)
    }

    /// Counts how a look-up was answered.
    func count(_ answer: GraphAnswer, in project: ProjectName) {
        let label = projects.label(project.description)
        for verdict in [GraphAnswer.Verdict.hit, .miss, .building] {
            let count = answer.steps.count { $0.verdict == verdict }
            guard count > 0 else { continue }
            add(.lookupSteps, [("project", label), ("verdict", verdict.rawValue)], count)
        }
    }

    /// Counts a build that has ended.
    /// - Parameter isDefault: whether it is of the default scope.
    func count(_ report: OutcomeReport, in project: ProjectName, isDefault: Bool) {
        let project = ("project", projects.label(project.description))
        let scope = ("scope", isDefault ? "default" : "other")
        let tally = Tally(report, savedBytes: 0)
        add(.builds, [project, ("result", report.isDone ? "done" : "failed")], 1)
        add(.steps, [project, scope, ("outcome", "hit"), ("reason", "")], tally.hits)
        for (cause, count) in tally.misses {
            add(.steps, [project, scope, ("outcome", "miss"), ("reason", cause)], count)
        }
        add(.savedSeconds, [project], seconds: tally.savedSeconds)
        add(.runSeconds, [project], seconds: tally.runSeconds)
    }

    /// Counts a round of maintenance.
    func count(_ report: MaintenanceReport, _ duration: Duration) {
        record(maintenance: duration, result: "done")
        add(.evictedRecords, [], report.collected.evictedRecords + report.tags.tags)
        add(.removed, [("item", "blob")], report.collected.removedBlobs)
        add(.removed, [("item", "chunk")], report.collected.removedChunks)
        add(.removed, [("item", "chunk_file")], report.collected.removedFiles)
        add(.freedBytes, [], report.collected.freedBytes)
        add(.movedBytes, [], report.collected.movedBytes)
        add(.packedBytes, [("form", "raw")], report.packed.rawBytes)
        add(.packedBytes, [("form", "packed")], report.packed.frameBytes)
    }

    /// Counts a round of maintenance that failed.
    func countFailure(maintenance duration: Duration) {
        record(maintenance: duration, result: "failed")
        count(.maintenance)
    }

    /// Counts what was verified in the background.
    func count(_ report: ScrubReport) {
        add(.scrubbedBytes, [], report.bytes)
        add(.damagedRecords, [], report.damaged)
    }

    private func record(maintenance duration: Duration, result: String) {
        Timer(label: Metric.maintenanceSeconds.rawValue, dimensions: [("result", result)], factory: registry)
            .recordNanoseconds(duration.nanoseconds)
    }
}

extension Duration {
    /// In whole nanoseconds; what is too long for that is the longest there is.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product + attoseconds / 1_000_000_000
    }
}
