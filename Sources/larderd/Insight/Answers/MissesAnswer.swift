import CacheAPI

/// `GET …/misses`: the steps that cost most since they were no hits, the dearest first, with what would help.
struct MissesAnswer: Encodable, Sendable {
    /// A step, in all scopes that whoever asks may read.
    struct Step: Encodable, Sendable {
        /// What has changed, and in how many builds.
        struct Change: Encodable, Sendable {
            var name: String
            var count: Int
        }

        var subject: String
        var stage: String
        var instruction: String
        var scopes: [String]
        /// In how many builds it was looked up, and missed.
        var builds: Int
        var misses: Int
        /// By the word of `MissCause`.
        var causes: [String: Int]
        /// How long its misses took, and how long steps took that missed only because it did. Seconds.
        var runSeconds: Double
        var causedSeconds: Double
        var causedMisses: Int
        /// What it cost: both, as far as it missed for a reason of its own. Seconds.
        var cost: Double
        /// The instruction that it made miss and that takes longest.
        var dearest: String?
        var changed: [Change]
        /// Why it missed last.
        var reason: String?
        /// When it was last part of a build. Seconds since 1970.
        var last: Int64
        /// What would help.
        var advice: String?
    }

    /// How many steps are told.
    static let stepsMaximum = 20

    let steps: [Step]

    /// - Parameter reads: whether what is recorded in a scope may be known.
    init(_ history: ProjectHistory, now: Int64, reads: (ScopeName) -> Bool) {
        var places: [Substring: [StepTally]] = [:]
        for (key, tally) in history.steps where ScopeName(tally.scope).map(reads) ?? false {
            places[key.prefix { $0 != " " }, default: []].append(tally)
        }
        let first = Int(now / StepTally.weekSeconds) - StepTally.weeksMaximum
        let merged = places.values.compactMap { Step($0, weeksAfter: first) }
        steps = Array(merged.sorted { ($0.cost, $0.misses) > ($1.cost, $1.misses) }.prefix(Self.stepsMaximum))
    }
}

extension MissesAnswer.Step {
    /// That of one place in several scopes; `nil` when it did not miss.
    fileprivate init?(_ tallies: [StepTally], weeksAfter first: Int) {
        guard let latest = tallies.max(by: { $0.last < $1.last }) else { return nil }
        var sum = StepTally.Week()
        var changed: [String: Int] = [:]
        for tally in tallies {
            for (number, week) in tally.weeks where number > first { sum += week }
            changed.merge(tally.changed, uniquingKeysWith: +)
        }
        misses = sum.misses.values.reduce(0, +)
        let own = sum.misses.filter { MissCause(rawValue: $0.key)?.isOwn ?? true }.values.reduce(0, +)
        guard misses > 0 else { return nil }
        (subject, stage, instruction) = (latest.subject, latest.stage, latest.instruction)
        scopes = tallies.map(\.scope).sorted()
        builds = sum.hits + misses
        causes = sum.misses
        (runSeconds, causedSeconds, causedMisses) = (sum.runSeconds, sum.causedSeconds, sum.causedMisses)
        cost = sum.causedSeconds + sum.runSeconds * Double(own) / Double(misses)
        dearest = tallies.filter { $0.dearest != nil }.max { $0.last < $1.last }?.dearest
        self.changed = changed.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .prefix(StepTally.changedMaximum).map { Change(name: $0.key, count: $0.value) }
        reason = latest.reason
        last = latest.last
        advice = nil
        advice = MissAdvice.text(for: self)
    }
}
