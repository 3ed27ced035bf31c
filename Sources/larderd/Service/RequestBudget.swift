/// How many requests each client may still make: a token bucket for their rate, and a count for those under way.
struct RequestBudget: Sendable {
    /// Why a request is refused.
    struct Refusal: Error, Hashable {
        enum Reason: Hashable {
            case rate
            case concurrency
        }

        let reason: Reason
        /// When it may be made again, at the earliest. Seconds, at least 1.
        let retryAfter: Int
    }

    private struct Account {
        /// Requests that may be made now. It is below 0 never.
        var tokens: Double
        var updated: ContinuousClock.Instant
        var running = 0
    }

    /// From how many accounts on those are forgotten that are as good as new.
    private static let accountMaximum = 4096

    private let rate: Double
    private let burst: Double
    private let runningMaximum: Int
    private var accounts: [String: Account] = [:]
    private var sweepCount = Self.accountMaximum

    init(_ limits: Limits) {
        rate = Double(limits.requestRate)
        burst = Double(limits.requestBurst)
        runningMaximum = limits.requestsPerClient
    }

    /// How many clients are remembered.
    var count: Int { accounts.count }

    /// Begins a request of `client`; ``end(_:)`` ends it.
    mutating func begin(_ client: String, now: ContinuousClock.Instant) throws(Refusal) {
        if accounts.count >= sweepCount { sweep(now) }
        var account = accounts[client] ?? Account(tokens: burst, updated: now)
        fill(&account, now)
        defer { accounts[client] = account }
        guard account.running < runningMaximum else { throw Refusal(reason: .concurrency, retryAfter: 1) }
        if rate > 0 {
            guard account.tokens >= 1 else {
                let wait = ((1 - account.tokens) / rate).rounded(.up)
                throw Refusal(reason: .rate, retryAfter: max(1, Int(min(wait, 3600))))
            }
            account.tokens -= 1
        }
        account.running += 1
    }

    /// Ends a request of `client`.
    mutating func end(_ client: String) {
        accounts[client]?.running -= 1
    }

    private func fill(_ account: inout Account, _ now: ContinuousClock.Instant) {
        account.tokens = min(burst, account.tokens + (now - account.updated) / .seconds(1) * rate)
        account.updated = now
    }

    /// Forgets who has no request under way and could make as many as somebody new.
    private mutating func sweep(_ now: ContinuousClock.Instant) {
        for (client, account) in accounts where account.running == 0 {
            var account = account
            fill(&account, now)
            if account.tokens >= burst || rate == 0 { accounts[client] = nil }
        }
        sweepCount = max(Self.accountMaximum, 2 * accounts.count)
    }
}
