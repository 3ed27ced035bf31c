import Access
import Chunking
import Logging
import Synchronization

/// Checks the tokens that CI systems make for their jobs.
final class JobTokens: Sendable {
    /// What a token proves.
    struct Proof: Sendable {
        let issuer: TrustedIssuer
        let claims: ClaimSet
        /// Until when it proves it. Seconds since 1970.
        let expiry: Double
    }

    /// How long a signature that was checked is not checked again: a key that an issuer withdrew is used no longer. Seconds.
    static let recheckPeriod = 300.0
    /// How many checked tokens are remembered.
    static let memory = 10_000

    private struct Checked: Sendable {
        let proof: Proof
        let time: Double
    }

    private let client: IssuerClient
    private let logger: Logger
    private let now: @Sendable () -> Double
    private let steadyNow: @Sendable () -> Double
    private let issuers = Mutex<[String: IssuerKeys]>([:])
    private let checked = Mutex(RecentValues<Digest, Checked>(limit: JobTokens.memory))

    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - steadyNow: seconds of a clock that never goes back.
    init(
        client: IssuerClient, logger: Logger, now: @escaping @Sendable () -> Double = { Double(WallClock.seconds) },
        steadyNow: @escaping @Sendable () -> Double = { ContinuousClock.now.secondsSinceStart }
    ) {
        (self.client, self.logger, self.now, self.steadyNow) = (client, logger, now, steadyNow)
    }

    /// Believes these, and nobody else from now on. Keys of those who were believed before are kept.
    func trust(_ trusted: [TrustedIssuer]) {
        issuers.withLock { issuers in
            let before = issuers
            issuers = [:]
            for issuer in trusted {
                let known = before[issuer.url].flatMap { $0.issuer == issuer ? $0 : nil }
                issuers[issuer.url] = known ?? IssuerKeys(of: issuer, client: client, logger: logger, now: steadyNow)
            }
        }
        checked.withLock { $0 = RecentValues(limit: Self.memory) }
    }

    /// Checks a token: its form, who made it, for whom, when, and its signature.
    /// - Throws: `AccessError`.
    func proof(of text: String) async throws -> Proof {
        let digest = Digest(hashing: Array(text.utf8))
        let now = self.now()
        if let known = checked.withLock({ $0[digest] }), now < known.time + Self.recheckPeriod,
            now >= known.time, now < known.proof.expiry + ClaimSet.leeway
        {
            return known.proof
        }
        let token = try SignedToken(text)
        guard let name = token.claims.issuer, let keys = issuers.withLock({ $0[name] }) else {
            throw AccessError(
                .foreignToken,
                "the token is of an issuer that is not believed here: '\(Self.shown(token.claims.issuer))'")
        }
        guard token.claims.audiences.contains(where: { keys.issuer.audiences.contains($0) }) else {
            throw AccessError(
                .foreignToken,
                "the token is for '\(Self.shown(token.claims.audiences.first))'; jobs must ask for one for \(keys.issuer.audiences[0])"
            )
        }
        try token.claims.checkTimes(at: now)
        try await keys.verify(token)
        let proof = Proof(issuer: keys.issuer, claims: token.claims, expiry: token.claims.expiry ?? now)
        checked.withLock { $0[digest] = Checked(proof: proof, time: now) }
        return proof
    }

    /// What somebody unknown wrote, as it may be logged.
    private static func shown(_ text: String?) -> String {
        String((text ?? "").prefix(200).map { $0.isASCII && !$0.isNewline && $0 != "'" ? $0 : "?" })
    }
}
