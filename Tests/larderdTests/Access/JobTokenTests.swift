import Access
import JWTKit
import Logging
import Synchronization
import Testing

@testable import larderd

@Suite("Tokens of CI jobs")
struct JobTokenTests {
    private static let claims =
        "{\"iss\":\"ISSUER\",\"aud\":\"larder\",\"sub\":\"repo:acme/shop\",\"iat\":NOW-5,\"nbf\":NOW-5,\"exp\":NOW+300}"

    /// An issuer with one key, and what believes it.
    private func withIssuer(
        _ body: @Sendable (FakeIssuer, FakeIssuer.Key, JobTokens) async throws -> Void
    ) async throws {
        let key = try await FakeIssuer.Key.es256("k1")
        let issuer = FakeIssuer([key])
        try await issuer.run {
            let tokens = JobTokens(client: IssuerClient(environment: [:]), logger: .quiet)
            tokens.trust([try Self.trusted(issuer.url)])
            try await body(issuer, key, tokens)
        }
    }

    private static func trusted(_ url: String) throws -> TrustedIssuer {
        let text = "{\"issuers\":{\"ci\":{\"issuer\":\"\(url)\",\"audience\":\"larder\"}},\"rules\":[]}"
        return try #require(try AccessRules(parsing: Array(text.utf8)).issuers.first)
    }

    private func refusal(_ token: String, _ tokens: JobTokens) async throws -> AccessError.Code? {
        do {
            _ = try await tokens.proof(of: token)
            return nil
        } catch let error as AccessError {
            #expect(!error.description.contains(token.suffix(40)), "the message has the token in it")
            return error.code
        }
    }

    @Test("A job's own token is taken, and its keys are fetched once")
    func taken() async throws {
        try await withIssuer { issuer, key, tokens in
            let token = try issuer.token(Self.claims, by: key)
            #expect(try await tokens.proof(of: token).claims.subject == "repo:acme/shop")
            #expect(try await tokens.proof(of: token).issuer.name == "ci")
            _ = try await tokens.proof(
                of: try issuer.token(Self.claims.replacing("acme/shop", with: "acme/api"), by: key))
            #expect(issuer.requests == ["/.well-known/openid-configuration", "/keys"])
        }
    }

    @Test("Many jobs at the same time share one request for the keys")
    func singleFlight() async throws {
        try await withIssuer { issuer, key, tokens in
            let all = try (0..<20).map { try issuer.token(Self.claims.replacing("shop", with: "shop\($0)"), by: key) }
            try await withThrowingTaskGroup { group in
                for token in all { group.addTask { _ = try await tokens.proof(of: token) } }
                try await group.waitForAll()
            }
            #expect(issuer.requests.count == 2)
        }
    }

    @Test(
        "What is not for this server, or not for now, is refused",
        arguments: [
            ("\"larder\"", "\"elsewhere\"", AccessError.Code.foreignToken),
            ("\"larder\"", "[\"a\",\"b\"]", .foreignToken),
            ("\"larder\"", "\"\"", .foreignToken), ("ISSUER", "https://evil.example", .foreignToken),
            ("ISSUER", "ISSUER/", .foreignToken), ("NOW+300", "NOW-120", .expiredToken),
            ("\"nbf\":NOW-5", "\"nbf\":NOW+200", .expiredToken),
            ("\"iat\":NOW-5", "\"iat\":NOW+200", .expiredToken), (",\"exp\":NOW+300", "", .invalidToken),
        ])
    func refused(part: String, replacement: String, code: AccessError.Code) async throws {
        try await withIssuer { issuer, key, tokens in
            let token = try issuer.token(Self.claims.replacing(part, with: replacement), by: key)
            #expect(try await refusal(token, tokens) == code)
        }
    }

    @Test("A forged signature, `alg=none` and an HMAC with the public key are refused")
    func forged() async throws {
        try await withIssuer { issuer, key, tokens in
            let thief = try await FakeIssuer.Key.es256("k1")
            #expect(try await refusal(try issuer.token(Self.claims, by: thief), tokens) == .invalidToken)
            let good = try issuer.token(Self.claims, by: key)
            var parts = good.split(separator: ".").map(String.init)
            parts[1] = try String(
                issuer.token(Self.claims.replacing("shop", with: "bank"), by: key).split(separator: ".")[1])
            #expect(try await refusal(parts.joined(separator: "."), tokens) == .invalidToken)
            for algorithm in ["none", "HS256"] {
                let token = try issuer.token(Self.claims, by: key, header: "{\"alg\":\"\(algorithm)\",\"kid\":\"k1\"}")
                #expect(try await refusal(token, tokens) == .invalidToken)
                let bare = token.split(separator: ".").prefix(2).joined(separator: ".") + "."
                #expect(try await refusal(bare, tokens) == .invalidToken)
            }
            // Another algorithm than the key's.
            let other = try issuer.token(Self.claims, by: key, header: "{\"alg\":\"RS256\",\"kid\":\"k1\"}")
            #expect(try await refusal(other, tokens) == .invalidToken)
            _ = try await tokens.proof(of: good)
        }
    }

    @Test("A token without a key ID is checked with all keys")
    func withoutKeyID() async throws {
        try await withIssuer { issuer, key, tokens in
            issuer.setKeys([try await .es256("k0"), key])
            _ = try await tokens.proof(of: try issuer.token(Self.claims, by: key, header: "{\"alg\":\"ES256\"}"))
        }
    }

    @Test("A new key is found at once, and unknown ones do not make an issuer busy")
    func rotation() async throws {
        let clock = Mutex(0.0)
        let (old, fresh) = (try await FakeIssuer.Key.es256("k1"), try await FakeIssuer.Key.es256("k2"))
        let issuer = FakeIssuer([old])
        try await issuer.run {
            let keys = IssuerKeys(
                of: try Self.trusted(issuer.url), client: IssuerClient(environment: [:]), logger: .quiet,
                now: { clock.withLock { $0 } })
            try await keys.verify(try SignedToken(issuer.token(Self.claims, by: old)))
            issuer.setKeys([old, fresh])
            let token = try SignedToken(issuer.token(Self.claims, by: fresh))
            // Within the pause the key is not looked for.
            await #expect(throws: AccessError.self) { try await keys.verify(token) }
            #expect(issuer.requests.count == 2)
            clock.withLock { $0 += IssuerKeyCache.pause }
            try await keys.verify(token)
            #expect(issuer.requests.count == 4)
            clock.withLock { $0 += IssuerKeyCache.pause }
            let unknown = try SignedToken(issuer.token(Self.claims, by: try await .es256("k3")))
            for _ in 0..<5 { await #expect(throws: AccessError.self) { try await keys.verify(unknown) } }
            #expect(issuer.requests.count == 6)
            // A key that was withdrawn is used no longer once the hour is over.
            issuer.setKeys([fresh])
            clock.withLock { $0 += IssuerKeyCache.freshMaximum }
            await #expect(throws: AccessError.self) {
                try await keys.verify(try SignedToken(issuer.token(Self.claims, by: old)))
            }
        }
    }

    @Test("While an issuer is down its keys are used for a day, and no longer")
    func down() async throws {
        let clock = Mutex(0.0)
        let key = try await FakeIssuer.Key.es256("k1")
        let issuer = FakeIssuer([key])
        issuer.setCacheControl("public, max-age=120")
        try await issuer.run {
            let keys = IssuerKeys(
                of: try Self.trusted(issuer.url), client: IssuerClient(environment: [:]), logger: .quiet,
                now: { clock.withLock { $0 } })
            let token = try SignedToken(issuer.token(Self.claims, by: key))
            issuer.setDown(true)
            await #expect(throws: AccessError.self) { try await keys.verify(token) }
            issuer.setDown(false)
            clock.withLock { $0 += IssuerKeyCache.failurePause }
            try await keys.verify(token)
            let asked = issuer.requests.count
            clock.withLock { $0 += 119 }
            try await keys.verify(token)
            #expect(issuer.requests.count == asked)
            issuer.setDown(true)
            clock.withLock { $0 += 2 }
            try await keys.verify(token)
            #expect(issuer.requests.count == asked + 1)
            try await keys.verify(token)
            #expect(issuer.requests.count == asked + 1)
            clock.withLock { $0 += IssuerKeyCache.staleMaximum }
            do {
                try await keys.verify(token)
                Issue.record("keys of yesterday were used")
            } catch {
                #expect((error as? AccessError)?.code == .unavailableIssuer)
            }
        }
    }

    @Test("While an issuer is down nothing is said of its jobs, and nothing of that is remembered")
    func unavailable() async throws {
        let clock = Mutex(0.0)
        let (key, fresh) = (try await FakeIssuer.Key.es256("k1"), try await FakeIssuer.Key.es256("k2"))
        let issuer = FakeIssuer([key])
        try await issuer.run {
            let rules = try AccessRules(
                parsing: Array(
                    """
                    {"issuers":{"ci":{"issuer":"\(issuer.url)","audience":"larder"}},
                     "rules":[{"issuer":"ci","claims":{"sub":"*"},"project":"shop","rights":["read"]}]}
                    """.utf8))
            let tokens = JobTokens(
                client: IssuerClient(environment: [:]), logger: .quiet, steadyNow: { clock.withLock { $0 } })
            tokens.trust(rules.issuers)
            let jobs = JobAuthenticator(tokens: tokens, rules: CurrentRules(rules), logger: .quiet)
            let token = try issuer.token(Self.claims, by: key)
            issuer.setDown(true)
            for _ in 0..<3 {
                guard case .unavailable(_, let seconds) = await jobs.identify(token) else {
                    Issue.record("a token that cannot be checked is refused or taken")
                    return
                }
                #expect(seconds == JobAuthenticator.retryPause)
            }
            issuer.setDown(false)
            clock.withLock { $0 += IssuerKeyCache.failurePause }
            guard case .identified = await jobs.identify(token) else {
                Issue.record("the token is not taken when the issuer is there again")
                return
            }
            // A key that came while the issuer cannot be asked is no forged one.
            issuer.setDown(true)
            clock.withLock { $0 += IssuerKeyCache.pause }
            let rotated = try issuer.token(Self.claims, by: fresh)
            guard case .unavailable = await jobs.identify(rotated), case .identified = await jobs.identify(token)
            else {
                Issue.record("a new key is taken for a forged one")
                return
            }
            issuer.setDown(false)
            issuer.setKeys([key, fresh])
            clock.withLock { $0 += IssuerKeyCache.failurePause }
            guard case .identified = await jobs.identify(rotated) else {
                Issue.record("the new key is not known when the issuer is there again")
                return
            }
        }
    }

    @Test(
        "How long keys are fresh is read from Cache-Control",
        arguments: [
            ("max-age=600", 600.0), ("public, Max-Age=\"20\"", 20), ("no-store", 0), ("private", nil),
            ("max-age=x", nil),
        ])
    func freshness(header: String, seconds: Double?) {
        #expect(IssuerClient.maximumAge(header) == seconds)
    }
}

extension Logger {
    /// One that says nothing.
    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
