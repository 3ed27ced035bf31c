internal import Synchronization

/// Shows a build on a terminal: see ``TerminalScreen``. The cursor is hidden until ``finish()`` or ``restore()``.
public final class TerminalProgress: BuildDisplay {
    private struct State {
        var screen: TerminalScreen
        var isOver = false
    }

    private static let showCursor = "\u{1b}[?25h"
    private static let hideCursor = "\u{1b}[?25l"
    private static let interval = Duration.milliseconds(100)

    private let state: Mutex<State>
    private let start = ContinuousClock.now
    private let write: @Sendable (String) -> Void
    private let size: @Sendable () -> (columns: Int, rows: Int)
    private let drawing = Mutex<Task<Void, Never>?>(nil)

    /// Shows builds on standard error.
    public convenience init(hasColor: Bool) {
        self.init(hasColor: hasColor, size: { StandardError.terminalSize ?? (80, 24) }, StandardError.write)
    }

    /// Begins to draw, ten times a second.
    init(
        hasColor: Bool, size: @escaping @Sendable () -> (columns: Int, rows: Int),
        _ write: @escaping @Sendable (String) -> Void
    ) {
        state = Mutex(State(screen: TerminalScreen(hasColor: hasColor)))
        self.size = size
        self.write = write
        write(Self.hideCursor)
        let task = Task { [weak self] in
            while !Task.isCancelled, let self {
                self.draw()
                try? await Task.sleep(for: Self.interval)
            }
        }
        drawing.withLock { $0 = task }
    }

    /// Takes an event.
    public func take(_ event: BuildEvent) {
        state.withLock { $0.screen.take(event, at: Clock.seconds(since: start)) }
    }

    /// Shows what is left.
    public func finish() async {
        let task = drawing.withLock { $0 }
        task?.cancel()
        await task?.value
        restore()
    }

    /// Gives the terminal back at once, for a process that is about to end.
    public func restore() {
        state.withLock { state in
            if state.isOver { return }
            state.isOver = true
            write(state.screen.close(columns: size().columns) + Self.showCursor)
        }
    }

    private func draw() {
        state.withLock { state in
            if state.isOver { return }
            let (columns, rows) = size()
            write(state.screen.draw(at: Clock.seconds(since: start), columns: columns, rows: rows))
        }
    }
}
