import Access

/// When the keys of an issuer are fetched, and how long they are believed. A value that is told what happens, and when, in
/// seconds of a clock that never goes back.
struct IssuerKeyCache: Sendable {
    /// The longest that keys are believed without a look. Seconds.
    static let freshMaximum = 3600.0
    /// The shortest, whatever the issuer says. Seconds.
    static let freshMinimum = 60.0
    /// How long the keys that were fetched last are used while the issuer cannot be asked. Seconds.
    static let staleMaximum = 24 * 3600.0
    /// The pause between two requests, whoever asks for what. Seconds.
    static let pause = 10.0
    /// The pause after a request that failed, during which nobody waits for the issuer. Seconds.
    static let failurePause = 30.0

    private var keys: [IssuerKey] = []
    private var fetchTime: Double?
    private var freshUntil = 0.0
    private var nextAttempt = -Double.infinity
    /// Whether a request is under way, for which all wait.
    private var isFetching = false
    /// Whether the last request failed.
    private var isDown = false

    /// What to do about a token.
    enum Step {
        /// Use these.
        case use([IssuerKey])
        /// Fetch, and ask again.
        case fetch
        /// There are keys, and none of that name.
        case unknownKey
        /// There are no keys that may still be used.
        case unavailable
    }

    /// What to do about a token at `now`.
    func step(for token: SignedToken, at now: Double) -> Step {
        let mayFetch = isFetching || now >= nextAttempt
        guard let fetchTime else { return mayFetch ? .fetch : .unavailable }
        // Whoever has keys that were fresh a moment ago does not wait for a request of somebody else.
        if now >= freshUntil, now >= nextAttempt { return .fetch }
        guard now < fetchTime + Self.staleMaximum else { return .unavailable }
        let fitting = keys.filter { $0.fits(token) }
        // An issuer that is down may have a new key.
        if fitting.isEmpty { return mayFetch ? .fetch : isDown ? .unavailable : .unknownKey }
        return .use(fitting)
    }

    /// A request begins.
    mutating func begin(at now: Double) {
        nextAttempt = now + Self.pause
        isFetching = true
    }

    /// A request failed.
    mutating func fail(at now: Double) {
        nextAttempt = now + Self.failurePause
        (isFetching, isDown) = (false, true)
    }

    /// A request brought `keys`, which its answer calls fresh for `age` seconds.
    mutating func finish(_ keys: [IssuerKey], age: Double?, at now: Double) {
        self.keys = keys
        fetchTime = now
        (isFetching, isDown) = (false, false)
        freshUntil = now + min(max(age ?? Self.freshMaximum, Self.freshMinimum), Self.freshMaximum)
    }
}
