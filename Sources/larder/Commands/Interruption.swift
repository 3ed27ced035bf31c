import Build
import Glibc
import UnixSignals

/// What SIGINT and SIGTERM do: the first cancels what runs, which then cleans up; the second ends the process.
enum Interruption {
    /// Runs `body` as a task that signals cancel.
    /// - Parameter display: gives the terminal back when the process ends at once.
    /// - Returns: what `body` gives, and the number of the signal that came, if one did.
    static func run<Value: Sendable>(
        _ display: any BuildDisplay, _ body: @escaping @Sendable () async -> Value
    ) async -> (value: Value, signal: Int32?) {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let work = Task { await body() }
        let watch = Task<Int32?, Never> {
            var first: Int32?
            for await signal in signals {
                if first != nil {
                    (display as? TerminalProgress)?.restore()
                    exit(128 + number(signal))
                }
                first = number(signal)
                display.take(.warning("Interrupted; cleaning up. Interrupt again to end at once."))
                work.cancel()
            }
            return first
        }
        let value = await work.value
        watch.cancel()
        return (value, await watch.value)
    }

    private static func number(_ signal: UnixSignal) -> Int32 {
        signal == .sigterm ? SIGTERM : SIGINT
    }
}
