import Access
import Logging
import Synchronization

/// The keys of one issuer, fetched when they are needed, once for all who wait.
final class IssuerKeys: Sendable {
    let issuer: TrustedIssuer
    private let client: IssuerClient
    private let logger: Logger
    private let now: @Sendable () -> Double
    private let cache = Mutex(IssuerKeyCache())
    private let flights = SingleFlight<Int, Void>()

    /// - Parameter now: seconds of a clock that never goes back.
    init(
        of issuer: TrustedIssuer, client: IssuerClient, logger: Logger,
        now: @escaping @Sendable () -> Double = { ContinuousClock.now.secondsSinceStart }
    ) {
        (self.issuer, self.client, self.logger, self.now) = (issuer, client, logger, now)
    }

    /// Checks the signature of a token.
    /// - Throws: `invalidToken` for one that no key verifies, `unavailable` when there are no keys to check it with.
    func verify(_ token: SignedToken) async throws {
        for key in try await keys(for: token) {
            if await key.verifies(token) { return }
        }
        throw AccessError(.invalidToken, "the token's signature is not one of \(issuer.url)")
    }

    private func keys(for token: SignedToken) async throws -> [IssuerKey] {
        var hasFetched = false
        while true {
            switch cache.withLock({ $0.step(for: token, at: now()) }) {
            case .use(let keys): return keys
            case .fetch where !hasFetched:
                try await fetch(for: token)
                hasFetched = true
            case .unknownKey, .fetch:
                throw AccessError(
                    .invalidToken, "the token is signed with a key that \(issuer.url) does not have now")
            case .unavailable:
                throw AccessError(
                    .unavailableIssuer,
                    "the keys of \(issuer.url) cannot be had at the moment, so tokens of it cannot be checked")
            }
        }
    }

    /// Fetches, or waits for who does already. A failure is logged; what it means depends on what is there already.
    private func fetch(for token: SignedToken) async throws {
        try await flights.value(for: 0) { [self] in
            // Who waited before this began may find that it was done meanwhile.
            let isNeeded = cache.withLock { cache in
                guard case .fetch = cache.step(for: token, at: now()) else { return false }
                cache.begin(at: now())
                return true
            }
            guard isNeeded else { return }
            do {
                let (keys, age) = try await client.keys(of: issuer)
                cache.withLock { $0.finish(keys, age: age, at: now()) }
                logger.debug("issuer keys fetched", metadata: ["issuer": "\(issuer.url)", "keys": "\(keys.count)"])
            } catch {
                cache.withLock { $0.fail(at: now()) }
                logger.warning(
                    "issuer keys cannot be fetched", metadata: ["issuer": "\(issuer.url)", "error": "\(error)"])
            }
        }
    }
}

extension ContinuousClock.Instant {
    private static let start = ContinuousClock.now

    /// Seconds since this process first asked.
    var secondsSinceStart: Double { (self - Self.start) / .seconds(1) }
}
