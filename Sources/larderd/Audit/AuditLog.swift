import Logging
import NIOPosix
import Synchronization

/// Writes audit lines in the background, on a thread of its own: a request never waits for them. What the disk does not take,
/// or what is too much at once, is counted; the service goes on, the log of the service says so loudly, and the audit log does
/// when it can be written again.
final class AuditLog: Sendable {
    private struct State {
        var lines: [UInt8] = []
        var count = 0
        /// Lines that are in no file.
        var lost = 0
        var isWriting = false
        /// Lost lines that nobody was told of yet.
        var untold = 0
    }

    /// The most lines that wait.
    static let waitingMaximum = 10_000

    private let file: AuditFile
    private let logger: Logger
    private let state = Mutex(State())
    private let thread = NIOThreadPool(numberOfThreads: 1)

    init(_ file: AuditFile, logger: Logger) {
        self.file = file
        self.logger = logger
        thread.start()
    }

    /// How many lines were lost.
    var lost: Int { state.withLock { $0.lost } }

    /// How many lines wait.
    var waiting: Int { state.withLock { $0.count } }

    /// Writes `event` soon. Never waits.
    func note(_ event: AuditEvent) {
        let line = event.line
        let isFirst = state.withLock { state in
            guard state.count < Self.waitingMaximum else {
                state.lost += 1
                state.untold += 1
                return false
            }
            state.lines += line.utf8
            state.count += 1
            defer { state.isWriting = true }
            return !state.isWriting
        }
        guard isFirst else { return }
        thread.submit { [self] _ in write() }
    }

    /// Writes what waits, and ends.
    func close() async {
        try? await thread.runIfActive { [self] in write() }
        try? await thread.shutdownGracefully()
    }

    private func write() {
        while true {
            var (lines, count, untold) = state.withLock { state in
                let taken = (state.lines, state.count, state.untold)
                (state.lines, state.count, state.untold) = ([], 0, 0)
                if taken.1 == 0, taken.2 == 0 { state.isWriting = false }
                return taken
            }
            if count == 0, untold == 0 { return }
            if untold > 0 {
                var event = AuditEvent(.lost)
                event.outcome = .failed
                event.count = untold
                lines += Array(event.line.utf8)
            }
            do {
                try file.append(lines)
            } catch {
                report(error, count, untold)
                return
            }
        }
    }

    private func report(_ error: any Error, _ count: Int, _ untold: Int) {
        let lost = state.withLock { state in
            state.lost += count
            state.untold += untold + count
            state.isWriting = false
            return state.lost
        }
        logger.error(
            "AUDIT LOG CANNOT BE WRITTEN: what is done now is in no audit log",
            metadata: ["path": "\(file.path)", "lines.lost": "\(lost)", "error": "\(error)"])
    }
}
