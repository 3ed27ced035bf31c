import Testing

@testable import larderd

@Suite("How many requests a client may make")
struct RequestBudgetTests {
    private static func limits(rate: Int = 0, burst: Int = 1, running: Int = 1000) -> Limits {
        var limits = Limits()
        (limits.requestRate, limits.requestBurst, limits.requestsPerClient) = (rate, burst, running)
        return limits
    }

    @Test("So many at once, then so many a second; each client has its own")
    func rate() throws {
        var budget = RequestBudget(Self.limits(rate: 2, burst: 3))
        let start = ContinuousClock.now
        for _ in 0..<3 { try budget.begin("a", now: start) }
        #expect(throws: RequestBudget.Refusal(reason: .rate, retryAfter: 1)) { try budget.begin("a", now: start) }
        try budget.begin("b", now: start)
        try budget.begin("a", now: start + .milliseconds(500))
        #expect(throws: RequestBudget.Refusal.self) { try budget.begin("a", now: start + .milliseconds(999)) }
        for _ in 0..<3 { try budget.begin("a", now: start + .seconds(60)) }
        #expect(throws: RequestBudget.Refusal.self) { try budget.begin("a", now: start + .seconds(60)) }
    }

    @Test("A slow rate says how long to wait")
    func slowRate() throws {
        var limits = Self.limits(rate: 1, burst: 1)
        limits.requestBurst = 1
        var budget = RequestBudget(limits)
        let start = ContinuousClock.now
        try budget.begin("a", now: start)
        #expect(throws: RequestBudget.Refusal(reason: .rate, retryAfter: 1)) {
            try budget.begin("a", now: start + .milliseconds(1))
        }
    }

    @Test("So many are under way, and one that ends makes room")
    func concurrency() throws {
        var budget = RequestBudget(Self.limits(running: 2))
        let now = ContinuousClock.now
        for _ in 0..<2 { try budget.begin("a", now: now) }
        #expect(throws: RequestBudget.Refusal(reason: .concurrency, retryAfter: 1)) { try budget.begin("a", now: now) }
        try budget.begin("b", now: now)
        budget.end("a")
        try budget.begin("a", now: now)
    }

    @Test("Clients that ask no more are forgotten, and others are not")
    func memory() throws {
        var budget = RequestBudget(Self.limits(rate: 10, burst: 10))
        let start = ContinuousClock.now
        try budget.begin("busy", now: start)
        for number in 0..<50_000 {
            let client = "client \(number)"
            try budget.begin(client, now: start + .milliseconds(number))
            budget.end(client)
        }
        #expect(budget.count < 10_000)
        budget.end("busy")
    }
}
