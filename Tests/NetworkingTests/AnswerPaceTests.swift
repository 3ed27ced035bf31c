import NIOCore
import Testing

@testable import Networking

@Suite("The pace of answers")
struct AnswerPaceTests {
    private static let limits = AnswerLimits(documentTime: .seconds(1), paceByteCount: 100, paceTime: .seconds(10))

    private static func at(_ seconds: UInt64) -> NIODeadline { .uptimeNanoseconds(seconds * 1_000_000_000) }

    private static func seconds(_ rest: TimeAmount?) -> Int64? { rest.map { $0.nanoseconds / 1_000_000_000 } }

    /// A body of which a part of `count` bytes is waited for from one multiple of `step` seconds to the next.
    private static func rests(count: Int, step: UInt64, parts: UInt64) -> [Int64?] {
        var pace = AnswerPace(limits)
        pace.begins(at: at(0))
        return (1...parts).map { number in
            pace.wants(at: at((number - 1) * step))
            pace.came(count, at: at(number * step))
            let rest = pace.rest(at: at(number * step))
            pace.handedOn(at: at(number * step))
            return seconds(rest)
        }
    }

    @Test("A body that keeps it is read for ever, one that drips is not")
    func dripping() {
        #expect(Self.rests(count: 50, step: 5, parts: 6) == [5, 10, 5, 10, 5, 10])
        #expect(Self.rests(count: 1, step: 4, parts: 3) == [6, 2, 0])
        #expect(Self.rests(count: 1000, step: 60, parts: 3) == [10, 10, 10])
    }

    @Test("The time in which bytes are used does not count")
    func slowReader() {
        var pace = AnswerPace(Self.limits)
        pace.begins(at: Self.at(0))
        pace.wants(at: Self.at(0))
        pace.came(1, at: Self.at(3))
        pace.handedOn(at: Self.at(3))
        #expect(pace.rest(at: Self.at(1000)) == nil)
        pace.wants(at: Self.at(1000))
        #expect(Self.seconds(pace.rest(at: Self.at(1000))) == 7)
        #expect(Self.seconds(pace.rest(at: Self.at(1007))) == 0)
    }

    @Test("Nothing is too slow before a body begins, and behind its end")
    func betweenAnswers() {
        var pace = AnswerPace(Self.limits)
        pace.wants(at: Self.at(0))
        #expect(pace.rest(at: Self.at(500)) == nil)
        // What was waited for before was the answer's head.
        pace.begins(at: Self.at(600))
        #expect(Self.seconds(pace.rest(at: Self.at(604))) == 6)
        pace.ends()
        #expect(pace.rest(at: Self.at(900)) == nil)
    }
}
