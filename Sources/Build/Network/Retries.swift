internal import Networking

/// The attempts at one thing that may be repeated.
struct Retries {
    private let schedule: RetrySchedule
    private var failureCount = 0

    init(_ schedule: RetrySchedule) {
        self.schedule = schedule
    }

    /// Waits for the next attempt; `false` when there is none, because the failure will not pass, because it has lasted
    /// for too long or because the task was cancelled.
    mutating func waits(after error: BuildError) async -> Bool {
        guard NetworkFailure.isPassing(error), !Task.isCancelled else { return false }
        failureCount += 1
        let wanted = (error.cause as? UnexpectedStatus)?.retryAfter.map { Duration.seconds($0) }
        guard let pause = schedule.pause(before: failureCount, wanted: wanted) else { return false }
        do {
            try await Task.sleep(for: pause)
            return true
        } catch {
            return false
        }
    }

    /// Something was achieved: the next failure is as the first.
    mutating func restart() {
        failureCount = 0
    }
}
