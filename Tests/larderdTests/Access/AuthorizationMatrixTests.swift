import Access
import AsyncHTTPClient
import CacheAPI
import FoundationEssentials
import NIOHTTP1
import OCI
import Testing

@testable import larderd

/// Every route of the tables × every role, over real HTTP.
@Suite("Who may use which route")
struct AuthorizationMatrixTests {
    private let shop = ProjectName("shop") ?? .default

    @Test("Every route answers every role as it should")
    func matrix() async throws {
        let samples =
            try RouteSample.all(in: shop) + ServerRoute.allCases.map { RouteSample.sample(of: $0) }
            + PageRoute.allCases.map { RouteSample.sample(of: $0) }
            + [InsightRoute.storage, .webhooks].map { RouteSample.sample(of: $0, in: shop) }
        try await RoleServer.run { server in
            for sample in samples {
                for role in Role.allCases { try await Self.check(server.send(sample, as: role), sample, role) }
            }
        }
    }

    private static func check(_ answer: TestClient.Answer, _ sample: RouteSample, _ role: Role) {
        let what: Comment = "\(sample.title) as \(role.rawValue): \(answer.status) \(answer.text)"
        let challenge = answer.headers.first(name: "www-authenticate")
        if sample.allowed.contains(role) {
            #expect(![401, 403].contains(answer.status) && answer.status < 500, what)
        } else if !role.isKnown {
            #expect(answer.status == 401, what)
            #expect(challenge?.contains("realm=") == true, what)
        } else if role.isStranger {
            #expect(answer.status == sample.absence, what)
        } else {
            #expect(answer.status == 403, what)
        }
        #expect((answer.status == 401) == (challenge != nil), what)
        // Each API has its own form, and says why.
        guard [401, 403].contains(answer.status) else { return }
        if sample.path.hasPrefix("/v2") {
            #expect(answer.registryError == (answer.status == 401 ? "UNAUTHORIZED" : "DENIED"), what)
        } else {
            let codes: [APIFailure.Code] = answer.status == 401 ? [.unauthenticated] : [.forbidden, .denied]
            #expect(answer.failure.map(codes.contains) == true, what)
        }
    }

    @Test("A method that no route has is refused to everybody alike")
    func otherMethods() async throws {
        try await RoleServer.run { server in
            for role in [Role.anonymous, .otherProject, .admin] {
                for path in ["/v2/shop/app/tags/list", "/v2/_catalog"] {
                    let answer = try await server.send(.DELETE, path, as: role)
                    #expect(answer.status == 405)
                }
            }
        }
    }

    @Test("Whoever shows nothing may read where that was asked for, and is asked to log in for the rest")
    func anonymousReading() async throws {
        let samples = try RouteSample.all(in: shop)
        try await RoleServer.run({ $0.anonymous = .read }) { server in
            for sample in samples where sample.title != RegistryRoute.base.rawValue {
                let answer = try await server.send(sample, as: .anonymous)
                let isAllowed = sample.allowed.contains(.read)
                #expect((answer.status == 401) == !isAllowed, "\(sample.title): \(answer.status) \(answer.text)")
            }
            // docker logs in only when it is told to here.
            #expect(try await server.send(.GET, "/v2/", as: .anonymous).status == 401)
        }
    }

    @Test("Without any token a server on loopback is open; the first closes it, and it stays closed")
    func opening() async throws {
        let samples = try RouteSample.all(in: shop)
        try await withServer { client, settings in
            for sample in samples {
                let headers: HTTPHeaders = sample.contentType.map { ["content-type": $0] } ?? [:]
                let answer = try await client.send(
                    sample.method, sample.path, body: sample.body.map { .bytes($0) }, headers: headers)
                #expect(![401, 403].contains(answer.status), "\(sample.title): \(answer.status) \(answer.text)")
            }
            let grant = try #require(Role.read.grant)
            let access = try RootAccess(existing: settings.root)
            let order = TokenOrder(name: "first", grants: [grant], lifetime: 60)
            let content = String(decoding: try JSONEncoder.report.encode(order), as: UTF8.self)
            let made: MadeToken = try await access.perform(.POST, TokenRoutes.Path.tokens, content: content) { _ in
                throw CancellationError()
            }
            #expect(try await client.get("/v2/").status == 401)
            let header: HTTPHeaders = ["authorization": "Bearer \(made.token)"]
            #expect(try await client.send(.GET, "/v2/", headers: header).status == 200)
            let revoked: [TokenRecord] = try await access.perform(
                .POST, TokenRoutes.Path.revoke, content: "first"
            ) { _ in throw CancellationError() }
            #expect(revoked.map(\.name) == ["first"])
            #expect(try await client.send(.GET, "/v2/", headers: header).status == 401)
            #expect(try await client.get("/v2/").status == 401)
        }
    }
}
