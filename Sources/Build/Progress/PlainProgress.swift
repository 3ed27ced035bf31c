internal import Synchronization

/// Writes a build's log line by line, for files and CI: see ``PlainLines``.
public final class PlainProgress: BuildDisplay {
    private let lines = Mutex(PlainLines())
    private let start = ContinuousClock.now
    private let write: @Sendable (String) -> Void

    /// Hands text with its newlines to `write`, one call at a time.
    public init(_ write: @escaping @Sendable (String) -> Void = StandardError.write) {
        self.write = write
    }

    /// Writes what the event adds. Written at once, so that a build waits for a slow log rather than filling memory.
    public func take(_ event: BuildEvent) {
        lines.withLock { put($0.take(event, at: Clock.seconds(since: start))) }
    }

    /// Shows what is left.
    public func finish() async {
        lines.withLock { put($0.tasks.failureReport) }
    }

    private func put(_ lines: [String]) {
        if !lines.isEmpty { write(lines.joined(separator: "\n") + "\n") }
    }
}
