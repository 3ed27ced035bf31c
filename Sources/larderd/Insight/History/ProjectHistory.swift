import CacheAPI

/// What the builds of a project have come to, in bounded space: by hour for two weeks and by day for a year, by step for some weeks,
/// and the last builds one by one. Only sums are kept, so that asking costs the same however much was built.
struct ProjectHistory: Codable, Hashable, Sendable {
    /// A build that has ended.
    struct Build: Codable, Hashable, Sendable {
        /// When it ended. Seconds since 1970.
        var ended: Int64
        var scope: String
        var subject: String
        var writer: String
        /// Who reported it, as the server knows; `nil` when nobody is known.
        var identity: String?
        var isDone: Bool
        /// How long it took. Seconds.
        var seconds: Double
        var hits: Int
        var misses: Int
        var savedSeconds: Double
        var sentBytes: UInt64
        var receivedBytes: UInt64
        var trace: String?
    }

    static let hoursMaximum = 14 * 24
    static let daysMaximum = 400
    static let stepsMaximum = 500
    static let buildsMaximum = 100

    /// By number of the hour, and of the day, since 1970.
    private(set) var hours: [Int: Tally] = [:]
    private(set) var days: [Int: Tally] = [:]
    /// By place and scope.
    private(set) var steps: [String: StepTally] = [:]
    /// The last one first.
    private(set) var builds: [Build] = []

    init() {}

    /// Adds a build that ended `now`, in seconds since 1970.
    /// - Parameters:
    ///   - savedBytes: how long the layers of its hits are.
    ///   - identity: who reports it.
    mutating func add(_ report: OutcomeReport, savedBytes: UInt64, identity: String?, at now: Int64) {
        let tally = Tally(report, savedBytes: savedBytes)
        let (hour, day) = (Int(now / 3600), Int(now / 86_400))
        hours[hour, default: Tally()] += tally
        days[day, default: Tally()] += tally
        if hours.count > Self.hoursMaximum { hours = hours.filter { $0.key > hour - Self.hoursMaximum } }
        if days.count > Self.daysMaximum { days = days.filter { $0.key > day - Self.daysMaximum } }
        addSteps(of: report, at: now)
        builds.insert(
            Build(
                ended: now, scope: report.scope.description, subject: report.subject, writer: report.writer,
                identity: identity, isDone: report.isDone, seconds: report.seconds, hits: tally.hits,
                misses: tally.missCount, savedSeconds: tally.savedSeconds, sentBytes: tally.sentBytes,
                receivedBytes: tally.receivedBytes, trace: report.trace), at: 0)
        if builds.count > Self.buildsMaximum { builds.removeLast() }
    }

    private mutating func addSteps(of report: OutcomeReport, at now: Int64) {
        let blame = MissBlame(report.steps)
        for (position, step) in report.steps.enumerated() {
            var week = StepTally.Week()
            week.sentBytes = UInt64(step.sent)
            if step.verdict == .hit {
                week.hits = 1
                week.savedSeconds = step.saved
            } else {
                week.misses = [(step.cause ?? .unknown).rawValue: 1]
                week.runSeconds = step.seconds
            }
            let damage = blame.damages[position]
            week.causedMisses = damage?.misses ?? 0
            week.causedSeconds = damage?.seconds ?? 0
            let key = "\(step.place) \(report.scope)"
            var tally =
                steps[key]
                ?? StepTally(
                    scope: report.scope.description, subject: report.subject, stage: step.stage,
                    instruction: step.instruction, position: position)
            (tally.stage, tally.instruction, tally.position) = (step.stage, step.instruction, position)
            tally.add(week, step, at: now)
            if let damage { tally.dearest = report.steps[damage.dearest].instruction }
            steps[key] = tally
        }
        if steps.count > Self.stepsMaximum { forgetSteps() }
    }

    /// Drops a quarter of what is kept of steps: those that were not seen for longest.
    private mutating func forgetSteps() {
        let oldest = steps.sorted { $0.value.last < $1.value.last }
        for (key, _) in oldest.prefix(steps.count - Self.stepsMaximum * 3 / 4) { steps[key] = nil }
    }
}
