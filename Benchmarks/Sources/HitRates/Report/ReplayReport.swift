internal import FoundationEssentials

/// What a history comes to with several caches, for people and for programs.
public struct ReplayReport: Sendable {
    /// What was replayed.
    public let title: String
    let header: TraceHeader
    let assumptions: [String]
    /// The history as such.
    let builds: Int
    let failures: Int
    /// All distinct contents of files, and what the layers of COPY are together.
    let fileBytes: UInt64
    let copyBytes: UInt64
    /// One for each cache.
    public let results: [ReplayResult]

    /// Replays.
    public init(_ replay: Replay, _ policies: [PolicyName]) {
        let trace = replay.trace
        header = trace.header
        title = trace.header.source.replacing("/", with: "-")
        builds = trace.builds.count
        failures = trace.builds.count { $0.failure != nil }
        let contents = FileContents(trace)
        var distinct: [TraceID: UInt64] = [:]
        var sets: Set<Int> = []
        for step in trace.steps {
            for case .content(_, let set) in step.inputs { sets.insert(set) }
        }
        for set in sets { distinct.merge(contents.sets[set]) { $1 } }
        fileBytes = distinct.values.reduce(0, +)
        copyBytes = sets.reduce(0) { $0 + contents.bytes(of: $1) }
        assumptions = Self.assumptions(of: replay)
        results = replay.run(policies)
    }

    private static func assumptions(of replay: Replay) -> [String] {
        let workload = replay.workload
        let branches =
            switch workload.branches {
            case .trunk: "every commit is pushed to the default branch"
            case .features(let open):
                "every commit is built on a branch first, \(open) open at a time, and again when merged"
            }
        return [
            branches, "\(workload.runners) jobs at a time, each on an empty runner",
            "\(ByteText.percent(workload.failureRate)) of the jobs fail and are repeated",
            "\(ByteText.percent(workload.forkRate)) of the branches are from forks and only read",
            "\(workload.matrix) jobs of each commit build the same image",
            "a RUN that was not measured takes \(ByteText.seconds(replay.costs.runSeconds)) and has "
                + "\(ByteText.bytes(replay.costs.runBytes))",
            "\(ByteText.percent(replay.equalOutputRate)) of the RUN steps that are built anew give what they gave before",
            "bytes are before compression, for all caches alike",
        ] + (replay.quota.map { ["local daemon and Larder hold at most \(ByteText.bytes($0))"] } ?? [])
    }

    /// For people.
    public var table: String {
        let columns = ["policy", "steps hit", "bytes hit", "time saved", "stored", "sent", "received"]
        let rows = results.map { result in
            [
                result.policy.rawValue, ByteText.percent(result.hitRate), ByteText.percent(result.byteHitRate),
                "\(ByteText.seconds(result.secondsSaved)) of \(ByteText.seconds(result.seconds))",
                ByteText.bytes(result.storedBytes), ByteText.bytes(result.sentBytes),
                ByteText.bytes(result.receivedBytes),
            ]
        }
        let widths = columns.indices.map { column in ([columns] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let padded = cells.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : padding + cell
            }
            return padded.joined(separator: "  ")
        }
        return ([heading] + notes.map { "  \($0)" } + ["", line(columns)] + rows.map(line) + reasons).joined(
            separator: "\n")
    }

    var heading: String {
        "\(header.source) (\(header.dockerfile)): \(builds) commits"
            + (failures == 0 ? "" : ", \(failures) of which cannot be planned")
    }

    var notes: [String] {
        let ratio = fileBytes == 0 ? 1 : Double(copyBytes) / Double(fileBytes)
        return assumptions + header.notes + [
            "distinct layers of files from the context: \(ByteText.bytes(copyBytes)), "
                + "\(ByteText.decimal(ratio, 1)) times the distinct files (\(ByteText.bytes(fileBytes)))"
        ]
    }

    /// The reasons of misses, of the caches that differ.
    private var reasons: [String] {
        results.flatMap { result -> [String] in
            let sorted = result.reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            if sorted.isEmpty { return [] }
            return ["", "\(result.policy.rawValue) executed \(result.steps - result.hits) steps:"]
                + sorted.map { "  \($0.value)  \($0.key)" }
        }
    }

    /// The charts, by name.
    public var charts: [(name: String, chart: LineChart)] {
        func chart(
            _ title: String, maximum: Double? = nil, label: @escaping @Sendable (Double) -> String,
            _ value: (ReplayResult.Point) -> Double
        ) -> LineChart {
            LineChart(
                title: "\(header.source): \(title)",
                lines: results.map { LineChart.Line(name: $0.policy.rawValue, values: $0.points.map(value)) },
                label: label,
                maximum: maximum)
        }
        return [
            ("hit-rate", chart("steps hit so far", maximum: 1, label: { ByteText.percent($0) }) { $0.hitRate }),
            (
                "stored-bytes",
                chart("bytes stored", label: { ByteText.bytes(UInt64($0)) }) { Double($0.storedBytes) }
            ),
            ("time-saved", chart("time saved so far", label: { ByteText.seconds($0) }) { $0.secondsSaved }),
        ]
    }

    private struct Document: Encodable {
        let source: String
        let dockerfile: String
        let commits: Int
        let notes: [String]
        let results: [ReplayResult]
    }

    /// One JSON list with an object for each history.
    /// - Throws: `EncodingError`.
    public static func json(_ reports: [ReplayReport]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let documents = reports.map {
            Document(
                source: $0.header.source, dockerfile: $0.header.dockerfile, commits: $0.builds, notes: $0.notes,
                results: $0.results)
        }
        return String(decoding: try encoder.encode(documents), as: UTF8.self)
    }
}
