import Dispatch
import LoadGenerator
import Testing

/// Real sockets.
@Suite struct LoadRunTests {
    @Test func aServerThatStallsIsLateForAllThatWereDue() throws {
        let server = try StallingServer(stallAfter: 100, stall: 600_000)
        defer { server.close() }
        // One more than there are connections: the first one is only a try.
        for _ in 0..<5 { DispatchQueue.global().async { server.serveOne() } }
        var settings = LoadSettings(try LoadTarget("http://127.0.0.1:\(server.port)/"))
        settings.rate = 400
        settings.duration = 1
        settings.warmUp = 0
        settings.connections = 4
        let report = try LoadRun(settings).run()
        #expect(report.requests == 400)
        #expect(report.failed == 0, "\(report.firstFailure ?? "")")
        // 240 of the 400 were due while nothing was answered, half of them over 0.3 s before the end of it.
        #expect(report.latency.p90 >= 300)
        #expect(report.latency.longest >= 590)
        // Each was sent when it was due, or later.
        #expect(report.service.mean < report.latency.mean)
    }

    @Test func aServerThatIsNotThereIsAnError() throws {
        let server = try StallingServer(stallAfter: 0, stall: 0)
        server.close()
        let settings = LoadSettings(try LoadTarget("http://127.0.0.1:\(server.port)/"))
        #expect(throws: (any Error).self) { try LoadRun(settings).run() }
    }
}
