import CacheAPI

/// What has become of one step of a Dockerfile in the builds of the last weeks, in one scope.
struct StepTally: Codable, Hashable, Sendable {
    /// What a week has come to.
    struct Week: Codable, Hashable, Sendable {
        var hits = 0
        /// By the word of ``MissCause``.
        var misses: [String: Int] = [:]
        /// How long the misses took, and how long the hits took when they were made. Seconds.
        var runSeconds = 0.0
        var savedSeconds = 0.0
        /// How many steps missed only because this one did, and how long they took. Seconds.
        var causedMisses = 0
        var causedSeconds = 0.0
        /// How much of its layers was sent. Bytes.
        var sentBytes: UInt64 = 0

        static func += (left: inout Week, right: Week) {
            left.hits += right.hits
            left.misses.merge(right.misses, uniquingKeysWith: +)
            left.runSeconds += right.runSeconds
            left.savedSeconds += right.savedSeconds
            left.causedMisses += right.causedMisses
            left.causedSeconds += right.causedSeconds
            left.sentBytes.addUpToMaximum(right.sentBytes)
        }
    }

    /// How many weeks are kept.
    static let weeksMaximum = 5
    /// How many names of what changes are kept.
    static let changedMaximum = 8
    /// The seconds of a week.
    static let weekSeconds: Int64 = 604_800

    var scope: String
    var subject: String
    var stage: String
    var instruction: String
    /// Where it stands in the plan, from 0.
    var position: Int
    /// When it was last part of a build. Seconds since 1970.
    var last: Int64 = 0
    /// By number of the week since 1970.
    var weeks: [Int: Week] = [:]
    /// Why it missed last, for people.
    var reason: String?
    /// What has changed, and how often.
    var changed: [String: Int] = [:]
    /// The instruction below it whose misses it caused and that takes longest.
    var dearest: String?

    /// All weeks together.
    var sum: Week { weeks.values.reduce(into: Week()) { $0 += $1 } }

    /// Adds what became of it in a build.
    mutating func add(_ week: Week, _ step: OutcomeReport.Step, at now: Int64) {
        last = now
        let number = Int(now / Self.weekSeconds)
        weeks[number, default: Week()] += week
        if weeks.count > 1 { weeks = weeks.filter { $0.key > number - Self.weeksMaximum } }
        guard step.verdict != .hit else { return }
        reason = step.reason
        for name in step.changed { changed[name, default: 0] += 1 }
        while changed.count > Self.changedMaximum, let rarest = changed.min(by: { $0.value < $1.value }) {
            changed[rarest.key] = nil
        }
    }
}
