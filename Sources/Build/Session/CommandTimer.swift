internal import Synchronization

/// How long the command of a step has run, whatever became of it.
final class CommandTimer: Sendable {
    private let total = Mutex(0.0)

    /// Seconds.
    var seconds: Double { total.withLock { $0 } }

    /// Counts the time that `body` takes, also when it throws.
    func measure<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        let start = ContinuousClock.now
        defer { total.withLock { $0 += Clock.seconds(since: start) } }
        return try await body()
    }
}
