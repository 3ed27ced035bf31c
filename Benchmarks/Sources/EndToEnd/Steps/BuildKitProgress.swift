internal import FoundationEssentials

/// What BuildKit reports of its steps with `--progress rawjson`: a line for each change of some of them.
public struct BuildKitProgress {
    private struct Line: Decodable {
        let vertexes: [Report]?
    }

    private struct Report: Decodable {
        let digest: String
        let name: String
        let cached: Bool?
        let started: String?
        let completed: String?
    }

    private struct Step {
        /// The first word of its instruction; `nil` for what is none.
        var instruction: String?
        var isCached = false
        var start: Double?
        var end: Double?
    }

    private var steps: [String: Step] = [:]

    /// Reads what it said; other lines than its own are passed over.
    public init(rawJSON: String) {
        let decoder = JSONDecoder()
        for text in rawJSON.split(separator: "\n") where text.hasPrefix("{") {
            guard let line = try? decoder.decode(Line.self, from: Data(text.utf8)) else { continue }
            for report in line.vertexes ?? [] { add(report) }
        }
    }

    private mutating func add(_ report: Report) {
        var step = steps[report.digest] ?? Step()
        step.instruction = step.instruction ?? Self.instruction(in: report.name)
        step.isCached = step.isCached || report.cached == true
        if let start = report.started.flatMap(Self.seconds) { step.start = min(start, step.start ?? start) }
        if let end = report.completed.flatMap(Self.seconds) { step.end = max(end, step.end ?? end) }
        steps[report.digest] = step
    }

    /// Steps with one of `instructions` that were executed to their end, also to a bad one.
    public func executedSteps(of instructions: Set<String>) -> RanSteps {
        let ran = steps.values.filter { step in
            step.instruction.map(instructions.contains) == true && !step.isCached && step.end != nil
        }
        let seconds = ran.reduce(0) { $0 + ($1.end ?? 0) - ($1.start ?? $1.end ?? 0) }
        return RanSteps(count: ran.count, seconds: seconds)
    }

    /// That in a name as `[stage 1/3] RUN make`.
    private static func instruction(in name: String) -> String? {
        name.firstRange(of: "] ").map { String(name[$0.upperBound...].prefix { $0 != " " }) }
    }

    /// Seconds since 1970 of a time as `2026-11-30T12:00:00.123456789Z`.
    static func seconds(_ time: String) -> Double? {
        guard time.utf8.count > 19, time.hasSuffix("Z") else { return nil }
        guard let whole = try? Date("\(time.prefix(19))Z", strategy: .iso8601) else { return nil }
        let fraction = time.dropFirst(19).dropLast()
        return whole.timeIntervalSince1970 + (fraction.isEmpty ? 0 : Double("0\(fraction)") ?? 0)
    }
}
