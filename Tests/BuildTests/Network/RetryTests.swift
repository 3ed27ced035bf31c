import AsyncHTTPClient
import NIOHTTP1
import Networking
import Testing

@testable import Build

/// What is tried again, and when.
@Suite struct RetryTests {
    @Test func pausesGrowAndEnd() throws {
        let schedule = RetrySchedule(pauses: [.seconds(1), .seconds(10)])
        let first = try #require(schedule.pause(before: 1))
        let second = try #require(schedule.pause(before: 2))
        #expect(first >= .milliseconds(500) && first <= .milliseconds(1500))
        #expect(second >= .seconds(5) && second <= .seconds(15))
        #expect(schedule.pause(before: 3) == nil)
    }

    @Test func whatTheServerAsksForCountsIfItIsReasonable() throws {
        let schedule = RetrySchedule(pauses: [.milliseconds(10)])
        #expect(schedule.pause(before: 1, wanted: .seconds(20)) == .seconds(20))
        #expect(try #require(schedule.pause(before: 1, wanted: .seconds(3600))) < .seconds(1))
    }

    @Test(arguments: [("20", 20), ("Sun, 06 Nov 1994 08:49:37 GMT", 30), ("soon", nil)] as [(String, Int64?)])
    func serversSayWhenInSecondsOrWithADate(text: String, seconds: Int64?) {
        let headers: HTTPHeaders = ["retry-after": text, "date": "Sun, 06 Nov 1994 08:49:07 GMT"]
        #expect(HTTPClientResponse(status: .serviceUnavailable, headers: headers).retryAfter == seconds)
    }

    @Test func onlyWhatMayPassIsTriedAgain() async {
        func error(_ cause: (any Error)?) -> BuildError { BuildError(.server, "x", cause: cause) }
        for code in [UInt(429), 502, 503, 504] {
            #expect(NetworkFailure.isPassing(error(UnexpectedStatus(code: code, retryAfter: nil))))
        }
        for code in [UInt(400), 401, 404, 500, 507] {
            #expect(!NetworkFailure.isPassing(error(UnexpectedStatus(code: code, retryAfter: nil))))
        }
        #expect(!NetworkFailure.isPassing(error(nil)))
        var retries = Retries(RetrySchedule(pauses: [.milliseconds(1), .milliseconds(1)]))
        let passing = error(BrokenAnswer(CancellationError()))
        #expect(await retries.waits(after: passing))
        #expect(await retries.waits(after: passing))
        #expect(await !retries.waits(after: passing))
        retries.restart()
        #expect(await !retries.waits(after: error(nil)))
        #expect(await retries.waits(after: passing))
    }
}
