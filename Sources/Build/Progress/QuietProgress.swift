internal import Synchronization

/// Shows warnings, and of what failed the last output.
public final class QuietProgress: BuildDisplay {
    private let tasks = Mutex(TaskTable())
    private let start = ContinuousClock.now
    private let write: @Sendable (String) -> Void

    /// Hands text with its newlines to `write`, one call at a time.
    public init(_ write: @escaping @Sendable (String) -> Void = StandardError.write) {
        self.write = write
    }

    /// Takes an event.
    public func take(_ event: BuildEvent) {
        tasks.withLock { tasks in
            tasks.take(event, at: Clock.seconds(since: start))
            if case .warning(let text) = event { write("WARNING: \(text)\n") }
        }
    }

    /// Shows what is left.
    public func finish() async {
        tasks.withLock { tasks in
            if !tasks.failureReport.isEmpty { write(tasks.failureReport.joined(separator: "\n") + "\n") }
        }
    }
}
