import Access
import AsyncHTTPClient
import CacheAPI
import FoundationEssentials
import NIOHTTP1
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// What registry clients do to log in, over real HTTP: asking, being told where tokens are to be had, getting one, asking again.
@Suite("Log-ins of registry clients")
struct RegistryLogInTests {
    private struct Answer: Decodable {
        var token: String
        var access_token: String
        var expires_in: Int
        var refresh_token: String?
    }

    private static let passwords = ["alice", "bob"].map {
        "\($0):$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n"
    }.joined()

    private static func basic(_ user: String, _ password: String) -> HTTPHeaders {
        ["authorization": "Basic \(Data("\(user):\(password)".utf8).base64EncodedString())"]
    }

    private static func bearer(_ token: String) -> HTTPHeaders { ["authorization": "Bearer \(token)"] }

    /// A server that knows two users, of whom bob only reads, and the jobs of an issuer.
    private func withClosedServer(
        _ body: @Sendable (TestClient, Settings, FakeIssuer, FakeIssuer.Key) async throws -> Void
    ) async throws {
        let key = try await FakeIssuer.Key.es256("k1")
        let issuer = FakeIssuer([key])
        try await issuer.run {
            try await withTemporaryDirectory { directory in
                let (users, rules) = (directory.appending("users"), directory.appending("rules.json"))
                try Data(Self.passwords.utf8).write(to: URL(filePath: users.string))
                let text = """
                    {"issuers": {"ci": {"issuer": "\(issuer.url)", "audience": "larder"}},
                     "rules": [
                        {"issuer": "ci", "claims": {"sub": "shop"}, "project": "shop", "scope": "main", "rights": ["read", "write"]},
                        {"user": "alice", "project": "shop", "scope": "main", "rights": ["read", "write"]},
                        {"user": "bob", "project": "shop", "rights": ["read"]}
                     ]}
                    """
                try Data(text.utf8).write(to: URL(filePath: rules.string))
                try await withServer({ ($0.passwords, $0.accessRules) = (users, rules) }) { client, settings in
                    try await body(client, settings, issuer, key)
                }
            }
        }
    }

    private func token(
        _ client: TestClient, _ headers: HTTPHeaders, _ scopes: String...
    ) async throws -> (status: UInt, answer: Answer?) {
        let query = (["service=s"] + scopes.map { "scope=\($0)" }).joined(separator: "&")
        let answer = try await client.send(.GET, "/v2/token?\(query)", headers: headers)
        return (answer.status, try? answer.json(Answer.self))
    }

    @Test("A client is told where to log in and for what, and then gets in, as far as it may")
    func flow() async throws {
        try await withClosedServer { client, _, _, _ in
            let refused = try await client.get("/v2/shop/api/tags/list")
            #expect(refused.status == 401)
            let challenge = try #require(BearerChallenge(refused.headers.first(name: "www-authenticate") ?? ""))
            #expect(challenge.realm == "http://127.0.0.1:\(client.port)/v2/token")
            #expect(challenge.service == "127.0.0.1:\(client.port)")
            #expect(challenge.scope == "repository:shop/api:pull")
            let mount = try await client.send(.POST, "/v2/shop/api/blobs/uploads/?mount=sha256:x&from=bank/api")
            #expect(
                BearerChallenge(mount.headers.first(name: "www-authenticate") ?? "")?.scope
                    == "repository:shop/api:pull,push repository:bank/api:pull")
            for (user, password) in [("alice", "wrong"), ("carol", "secret"), ("", "")] {
                #expect(try await token(client, Self.basic(user, password)).status == 401)
            }
            #expect(try await token(client, [:]).status == 401)
            let alice = Self.basic("alice", "secret")
            let pull = try #require(try await token(client, alice, "repository:shop/api:pull").answer)
            #expect(pull.token == pull.access_token && pull.expires_in == 300 && pull.refresh_token == nil)
            #expect(try await client.send(.GET, "/v2/", headers: Self.bearer(pull.token)).status == 200)
            #expect(
                try await client.send(.GET, "/v2/shop/api/tags/list", headers: Self.bearer(pull.token)).status == 404)
            // It is good for what was asked for, and for nothing else.
            let begin = "/v2/shop/api/blobs/uploads/"
            #expect(try await client.send(.POST, begin, headers: Self.bearer(pull.token)).status == 401)
            #expect(
                try await client.send(.GET, "/v2/shop/web/tags/list", headers: Self.bearer(pull.token)).status == 401)
            let both = try await token(client, alice, "repository:shop/api:pull,push", "repository:shop/web:pull")
                .answer
            let push = Self.bearer(try #require(both).token)
            #expect(try await client.send(.POST, begin, headers: push).status == 202)
            #expect(try await client.send(.GET, "/v2/shop/web/tags/list", headers: push).status == 404)
            // Without a token, too.
            #expect(try await client.send(.POST, begin, headers: alice).status == 202)
        }
    }

    @Test("Who may not write gets a token without it, and is refused")
    func readers() async throws {
        try await withClosedServer { client, _, _, _ in
            let bob = try await token(client, Self.basic("bob", "secret"), "repository:shop/api:pull,push").answer
            let header = Self.bearer(try #require(bob).token)
            #expect(try await client.send(.GET, "/v2/shop/api/tags/list", headers: header).status == 404)
            #expect(try await client.send(.POST, "/v2/shop/api/blobs/uploads/", headers: header).status == 403)
            #expect(try await client.send(.GET, "/v2/bank/api/tags/list", headers: header).status == 404)
        }
    }

    @Test("A job's own token is taken as it is, as a password, and as a refresh token; forged ones are not")
    func jobs() async throws {
        try await withClosedServer { client, _, issuer, key in
            let claims = "{\"iss\":\"ISSUER\",\"aud\":\"larder\",\"sub\":\"shop\",\"iat\":NOW-5,\"exp\":NOW+300}"
            let text = try issuer.token(claims, by: key)
            let begin = "/v2/shop/api/blobs/uploads/"
            #expect(try await client.send(.POST, begin, headers: Self.bearer(text)).status == 202)
            #expect(try await client.send(.POST, begin, headers: Self.basic("any", text)).status == 202)
            let scope = "scope=repository%3Ashop%2Fapi%3Apull%2Cpush&service=s&client_id=c"
            for form in [
                "grant_type=password&username=x&password=\(text)", "grant_type=refresh_token&refresh_token=\(text)",
            ] {
                let answer = try await client.send(.POST, "/v2/token", body: .bytes(Array("\(form)&\(scope)".utf8)))
                let given = try answer.json(Answer.self)
                #expect(try await client.send(.POST, begin, headers: Self.bearer(given.token)).status == 202)
            }
            let odd = try await client.send(.POST, "/v2/token", body: .bytes(Array("grant_type=magic".utf8)))
            #expect(odd.status == 400)
            let thief = try await FakeIssuer.Key.es256("k1")
            for forged in [
                try issuer.token(claims, by: thief),
                try issuer.token(claims.replacing("larder", with: "other"), by: key),
                try issuer.token(claims.replacing("ISSUER", with: "https://evil.example"), by: key),
                try issuer.token(claims.replacing("NOW+300", with: "NOW-100"), by: key),
                try issuer.token(claims.replacing("\"shop\"", with: "\"bank\""), by: key),
                try issuer.token(claims, by: key, header: "{\"alg\":\"none\"}"),
            ] {
                for headers in [Self.bearer(forged), Self.basic("any", forged)] {
                    #expect(try await client.send(.POST, begin, headers: headers).status == 401)
                    #expect(try await token(client, headers).status == 401)
                }
            }
        }
    }

    @Test("While a job's issuer cannot be asked the answer is 503 with a time to try again, and audited as a refusal")
    func issuerDown() async throws {
        try await withClosedServer { client, settings, issuer, key in
            let claims = "{\"iss\":\"ISSUER\",\"aud\":\"larder\",\"sub\":\"shop\",\"iat\":NOW-5,\"exp\":NOW+300}"
            let text = try issuer.token(claims, by: key)
            issuer.setDown(true)
            for headers in [Self.bearer(text), Self.basic("any", text)] {
                for path in ["/v2/shop/api/tags/list", "/v2/token?service=s", "/api/v1/projects/shop/layers/x"] {
                    let answer = try await client.send(.GET, path, headers: headers)
                    #expect(answer.status == 503, "\(path): \(answer.text)")
                    #expect(answer.headers.first(name: "retry-after") == "10", "\(path)")
                    #expect(answer.headers.first(name: "www-authenticate") == nil, "\(path)")
                }
            }
            // Others are known.
            let alice = Self.basic("alice", "secret")
            #expect(try await client.send(.GET, "/v2/shop/api/tags/list", headers: alice).status == 404)
            let lines = try await AuditLine.read(of: settings, count: 6)
            #expect(lines.filter { $0.status == 503 && $0.outcome == "refused" }.count == 6, "\(lines)")
        }
    }

    @Test("A token that is revoked takes the registry tokens with it that were given for it")
    func revocation() async throws {
        try await withClosedServer { client, settings, _, _ in
            let grant = Grant(
                projects: try #require(NamePattern("shop")), rights: [.read, .write], scopes: [.anything])
            let access = try RootAccess(existing: settings.root)
            let order = TokenOrder(name: "ci", grants: [grant], lifetime: 60)
            let content = String(decoding: try JSONEncoder.report.encode(order), as: UTF8.self)
            let made: MadeToken = try await access.perform(.POST, TokenRoutes.Path.tokens, content: content) { _ in
                throw CancellationError()
            }
            let form =
                "grant_type=password&access_type=offline&service=s&password=\(made.token)&scope=repository:shop/api:pull"
            let answer = try await client.send(.POST, "/v2/token", body: .bytes(Array(form.utf8))).json(Answer.self)
            #expect(answer.refresh_token == made.token && answer.expires_in <= 60)
            let header = Self.bearer(answer.token)
            #expect(try await client.send(.GET, "/v2/shop/api/tags/list", headers: header).status == 404)
            let _: [TokenRecord] = try await access.perform(.POST, TokenRoutes.Path.revoke, content: "ci") { _ in
                throw CancellationError()
            }
            #expect(try await client.send(.GET, "/v2/shop/api/tags/list", headers: header).status == 401)
        }
    }

    @Test("Users without a rule are no settings")
    func contradiction() async throws {
        try await withTemporaryDirectory { directory in
            let users = directory.appending("users")
            try Data(Self.passwords.utf8).write(to: URL(filePath: users.string))
            await #expect(throws: SettingsError.self) {
                try await withServer({ $0.passwords = users }) { _, _ in }
            }
        }
    }
}
