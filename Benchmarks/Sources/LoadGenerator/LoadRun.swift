import NIOCore
import NIOPosix

/// Asks a server at a steady pace, or as fast as it answers, and says how long the answers took.
public struct LoadRun: Sendable {
    private let settings: LoadSettings

    /// Makes a run.
    public init(_ settings: LoadSettings) {
        self.settings = settings
    }

    /// Does it. Blocks.
    /// - Throws: ``LoadError`` or a system error when the server cannot be reached at the start.
    public func run() throws -> LoadReport {
        _ = try Connection(to: settings.target)
        let threads = NIOThreadPool(numberOfThreads: settings.connections)
        threads.start()
        let latencies = Latencies()
        let start = MonotonicClock().now + 50_000_000
        let futures = (0..<settings.connections).map { number in
            threads.runIfActive(eventLoop: MultiThreadedEventLoopGroup.singleton.any()) {
                keepAsking(PacedLoop(start: start, number: number, settings: settings), into: latencies)
            }
        }
        for future in futures { try future.wait() }
        try threads.syncShutdownGracefully()
        return latencies.report(over: settings.duration)
    }

    /// What one connection measures; it is made anew when it breaks.
    private func keepAsking(_ loop: PacedLoop, into latencies: Latencies) {
        let request = settings.request
        let hasBody = settings.method != "HEAD"
        var current: Connection?
        loop.run(MonotonicClock(), into: latencies) {
            var open = if let kept = current.take() { kept } else { try Connection(to: settings.target) }
            let answer = try open.ask(request, hasBody: hasBody)
            current = consume open
            return answer.status
        }
    }
}
