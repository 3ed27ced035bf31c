import Access
import Chunking
import Logging
import NIOPosix
import OCI
import Synchronization
import SystemPackage

/// Makes registry tokens, and knows those that it made.
final class RegistryTokens: Sendable {
    /// How long one is good. Seconds.
    static let lifetime = 300.0
    /// How many checked tokens are remembered.
    static let memory = 10_000

    private let file: FilePath
    private let now: @Sendable () -> Double
    private let key = Mutex<RegistryTokenKey?>(nil)
    private let flights = SingleFlight<Int, RegistryTokenKey>()
    private let checked = Mutex(RecentValues<Digest, RegistryToken>(limit: RegistryTokens.memory))

    /// - Parameters:
    ///   - file: where the key is, or will be; in a directory that is there.
    ///   - now: seconds since 1970.
    init(key file: FilePath, now: @escaping @Sendable () -> Double = { Double(WallClock.seconds) }) {
        (self.file, self.now) = (file, now)
    }

    /// The text of a token, and for how many seconds it is good.
    /// - Parameters:
    ///   - end: when what the client logged in with ends, if it does. Seconds since 1970.
    ///   - lifetime: how long it is good at most. Seconds.
    /// - Throws: `ServerError` when there is no key and none can be made.
    func issue(
        _ origin: RegistryToken.Origin, subject: String, service: String, access: [RegistryScope], end: Double?,
        lifetime: Double = RegistryTokens.lifetime
    ) async throws -> (text: String, seconds: Int) {
        let now = self.now().rounded(.down)
        let expiry = min(now + lifetime, end ?? .infinity).rounded(.down)
        let token = RegistryToken(origin: origin, service: service, access: access, expiry: expiry)
        let id = UInt64.random(in: .min ... .max)
        let claims = RegistryTokenClaims(token, subject: subject, id: String(id, radix: 16), now: now)
        return (try await readyKey().sign(claims), max(0, Int(expiry - now)))
    }

    /// Whether `text` says that it is one of these.
    static func looksLikeOne(_ text: String) -> Bool {
        SignedToken.looksLike(text) && (try? SignedToken(text))?.claims.issuer == RegistryTokenClaims.issuer
    }

    /// The token that `text` is; `nil` when this server did not make it, or its time is over.
    func token(of text: String) async throws -> RegistryToken? {
        let digest = Digest(hashing: Array(text.utf8))
        let now = self.now()
        if let known = checked.withLock({ $0[digest] }) { return now < known.expiry ? known : nil }
        guard let token = try await readyKey().claims(of: text)?.value, now < token.expiry else { return nil }
        checked.withLock { $0[digest] = token }
        return token
    }

    private func readyKey() async throws -> RegistryTokenKey {
        if let key = key.withLock({ $0 }) { return key }
        return try await flights.value(for: 0) { [self] in
            let ready = try await NIOThreadPool.singleton.runIfActive { [file] in try RegistryTokenKey(in: file) }
            key.withLock { $0 = ready }
            return ready
        }
    }
}
