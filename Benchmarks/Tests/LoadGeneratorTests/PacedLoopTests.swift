import LoadGenerator
import Testing

/// A loop against a server and a clock that are both made up: what is counted depends on nothing else.
@Suite struct PacedLoopTests {
    /// A clock that goes on only when somebody waits or is answered.
    private final class MadeUpClock: PaceClock {
        var now: Int64 = 0

        func wait(until moment: Int64) {
            now = max(now, moment)
        }
    }

    /// Four connections ask 400 times a second in all, each answer takes a millisecond, and the server stalls from the second
    /// `stall` on for two.
    private func report(rate: Double?, stall: Double) throws -> LoadReport {
        var settings = LoadSettings(try LoadTarget("http://127.0.0.1:1/"))
        settings.rate = rate
        settings.duration = 10
        settings.warmUp = 0
        settings.connections = 4
        let latencies = Latencies()
        for number in 0..<4 {
            let clock = MadeUpClock()
            PacedLoop(start: 0, number: number, settings: settings).run(clock, into: latencies) {
                let (from, to) = (Int64(stall * 1e9), Int64((stall + 2) * 1e9))
                if (from..<to).contains(clock.now) { clock.now = to }
                clock.now += 1_000_000
                return 200
            }
        }
        return latencies.report(over: 10)
    }

    @Test func aStallOfTheServerCountsForAllThatWereDueInIt() throws {
        let report = try report(rate: 400, stall: 4)
        #expect(report.requests == 4_000)
        // A fifth of the requests was due in the two seconds, and more wait behind those.
        #expect(report.latency.p90 > 1_000)
        #expect(report.latency.longest > 1_990)
        #expect(report.latency.median < 2)
        // From when it was sent, only one request of each connection was slow: 4 of 4,000.
        #expect(report.service.p99 < 2)
    }

    @Test func aLoopThatWaitsForAnswersHidesTheSameStall() throws {
        let report = try report(rate: nil, stall: 4)
        #expect(report.requests > 30_000)
        #expect(report.latency.p999 < 2)
    }

    @Test func withoutAStallBothTimesAreTheSame() throws {
        let report = try report(rate: 400, stall: 20)
        #expect(report.latency == report.service)
        #expect(report.rate == 400)
    }

    @Test func whatCannotBeSentLongAfterTheEndIsCounted() throws {
        var settings = LoadSettings(try LoadTarget("http://127.0.0.1:1/"))
        settings.rate = 100
        settings.duration = 10
        settings.warmUp = 0
        settings.connections = 1
        let latencies = Latencies()
        let clock = MadeUpClock()
        PacedLoop(start: 0, number: 0, settings: settings).run(clock, into: latencies) {
            clock.now += 1_000_000_000
            return 200
        }
        let report = latencies.report(over: 10)
        #expect(report.requests == 40)
        #expect(report.unsent == 960)
    }

    @Test func otherAnswersAreFailures() throws {
        var settings = LoadSettings(try LoadTarget("http://127.0.0.1:1/"))
        settings.rate = 10
        settings.duration = 1
        settings.warmUp = 0
        settings.connections = 1
        let latencies = Latencies()
        PacedLoop(start: 0, number: 0, settings: settings).run(MadeUpClock(), into: latencies) { 503 }
        let report = latencies.report(over: 1)
        #expect(report.requests == 0)
        #expect(report.failed == 10)
        #expect(report.firstFailure == "status 503")
    }
}
