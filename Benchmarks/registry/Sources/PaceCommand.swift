import ArgumentParser
import NIOCore
import NIOPosix
import Synchronization

/// Asks for one path at a steady pace from many connections, and says how long the answers took.
///
/// Requests of all connections are spread evenly over time. Each has a moment at which it is due, from which its time counts,
/// sent or not: so an answer that is late also counts for those that had to wait behind it (what is left out otherwise is
/// known as coordinated omission).
struct PaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pace", abstract: "Asks for one path at a steady pace.",
        discussion: """
            Prints the median, the 99th and the 99.9th percentile and the longest of the times, in milliseconds, and how \
            many requests failed.

            Example: registry-bench pace --port 5000 --path /v2/bench/sample/manifests/1 --rate 3200
            """)

    @Option(help: "The port on 127.0.0.1.")
    var port: UInt16

    @Option(help: "What to ask for.")
    var path: String

    @Option(help: "GET or HEAD.")
    var method = "HEAD"

    @Option(help: "How many connections there are.")
    var connections = 64

    @Option(help: "How many requests are due in a second, in all.")
    var rate = 3200.0

    @Option(help: "For how long, in seconds; the first second is not counted.")
    var seconds = 8.0

    func validate() throws {
        guard (1...1024).contains(connections) else { throw ValidationError("Give 1 to 1024 connections.") }
        guard rate > 0, rate <= 1e6 else { throw ValidationError("Give a rate of 1 to 1,000,000 in a second.") }
        guard seconds > 1, seconds <= 600 else { throw ValidationError("Give more than 1 and at most 600 seconds.") }
        guard method == "GET" || method == "HEAD" else { throw ValidationError("Give GET or HEAD as the method.") }
    }

    func run() throws {
        let threads = NIOThreadPool(numberOfThreads: connections)
        threads.start()
        let total = Mutex(PacedTimes())
        let start = PacedClock.now + 100_000_000
        let futures = (0..<connections).map { number in
            threads.runIfActive(eventLoop: MultiThreadedEventLoopGroup.singleton.any()) {
                let times = try self.times(of: number, from: start)
                total.withLock { $0.add(times) }
            }
        }
        for future in futures { try future.wait() }
        try threads.syncShutdownGracefully()
        for line in total.withLock({ $0.report }) { print(line) }
    }

    /// What one connection measures.
    private func times(of number: Int, from start: Int64) throws -> PacedTimes {
        let request =
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
            + "Accept: application/vnd.oci.image.manifest.v1+json, */*\r\n\r\n"
        var connection = try PlainConnection(port: port, request: request, hasBody: method == "GET")
        let interval = 1e9 / rate
        var times = PacedTimes()
        var turn = number
        while Double(turn) * interval < seconds * 1e9 {
            let due = start + Int64(Double(turn) * interval)
            PacedClock.wait(until: due)
            let status = try connection.ask()
            if Double(turn) * interval >= 1e9 { times.add(PacedClock.now - due, failed: status != 200) }
            turn += connections
        }
        return times
    }
}
