import CacheAPI

/// What the builds of a span of time have come to.
struct Tally: Codable, Hashable, Sendable {
    /// Builds that have ended, and those of them that failed.
    var builds = 0
    var failed = 0
    /// Steps that were hits.
    var hits = 0
    /// Steps that were run or made, by the word of ``MissCause``.
    var misses: [String: Int] = [:]
    /// How long the hits took when they were made. Seconds.
    var savedSeconds = 0.0
    /// How long the misses took. Seconds.
    var runSeconds = 0.0
    /// How long the layers of the hits are. Bytes.
    var savedBytes: UInt64 = 0
    /// Body bytes to the server, and from it.
    var sentBytes: UInt64 = 0
    var receivedBytes: UInt64 = 0

    /// Steps that were run or made.
    var missCount: Int { misses.values.reduce(0, +) }

    init() {}

    /// That of one build.
    init(_ report: OutcomeReport, savedBytes: UInt64) {
        builds = 1
        failed = report.isDone ? 0 : 1
        self.savedBytes = savedBytes
        sentBytes = UInt64(report.sent)
        receivedBytes = UInt64(report.received)
        for step in report.steps {
            if step.verdict == .hit {
                hits += 1
                savedSeconds += step.saved
            } else {
                misses[(step.cause ?? .unknown).rawValue, default: 0] += 1
                runSeconds += step.seconds
            }
        }
    }

    static func += (left: inout Tally, right: Tally) {
        left.builds += right.builds
        left.failed += right.failed
        left.hits += right.hits
        left.misses.merge(right.misses, uniquingKeysWith: +)
        left.savedSeconds += right.savedSeconds
        left.runSeconds += right.runSeconds
        left.savedBytes.addUpToMaximum(right.savedBytes)
        left.sentBytes.addUpToMaximum(right.sentBytes)
        left.receivedBytes.addUpToMaximum(right.receivedBytes)
    }
}
