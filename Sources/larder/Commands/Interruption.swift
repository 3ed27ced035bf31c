import Build
import Glibc
import UnixSignals

/// What SIGINT, SIGTERM and SIGHUP do: the first cancels what runs, which then cleans up; the second ends the process.
enum Interruption {
    /// Runs `body` as a task that signals cancel.
    /// - Parameter display: gives the terminal back when the process ends at once.
    /// - Returns: what `body` gives, and the number of the signal that came, if one did.
    static func run<Value: Sendable>(
        _ display: any BuildDisplay, _ body: @escaping @Sendable () async -> Value
    ) async -> (value: Value, signal: Int32?) {
        // The terminal that is closed takes its builds with it, unless nohup(1) said that they are to go on.
        let signals =
            isHangUpIgnored
            ? await UnixSignalsSequence(trapping: .sigint, .sigterm)
            : await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        let work = Task { await body() }
        let watch = Task<Int32?, Never> {
            var first: Int32?
            for await signal in signals {
                if first != nil {
                    (display as? TerminalProgress)?.restore()
                    exit(128 + signal.rawValue)
                }
                first = signal.rawValue
                display.take(.warning("Interrupted; cleaning up. Interrupt again to end at once."))
                work.cancel()
            }
            return first
        }
        let value = await work.value
        watch.cancel()
        return (value, await watch.value)
    }

    private static var isHangUpIgnored: Bool {
        var action = sigaction()
        guard unsafe sigaction(SIGHUP, nil, &action) == 0 else { return false }
        // Handlers are compared by their addresses; SIG_IGN has that of 1.
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
