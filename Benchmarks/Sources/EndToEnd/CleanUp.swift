import ChildPrograms
import Dispatch
import Glibc
import Synchronization

/// Commands that take away what a run set up outside of its own directory: at its end, and when it is interrupted.
package final class CleanUp: Sendable {
    private let commands = Mutex<[[String]]>([])
    private let signals = Mutex<[any DispatchSourceSignal]>([])

    /// From now on SIGINT and SIGTERM clean up, and end the program.
    package init() {
        signals.withLock { sources in
            for number in [SIGINT, SIGTERM] {
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { [self] in
                    runCommands()
                    exit(128 + number)
                }
                source.resume()
                sources.append(source)
            }
        }
    }

    /// One more, which runs before those that were added before.
    func add(_ command: [String]) {
        commands.withLock { $0.append(command) }
    }

    /// Runs all of them; those that fail had nothing to take away.
    package func run() {
        signals.withLock { sources in
            for source in sources { source.cancel() }
            sources = []
        }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
        runCommands()
    }

    /// Whoever comes second waits for the first: the program ends only when all is taken away.
    private func runCommands() {
        commands.withLock { commands in
            while let command = commands.popLast() { _ = try? ChildProgram.output(command) }
        }
    }
}
