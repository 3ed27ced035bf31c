import Access
import AsyncHTTPClient
import CacheAPI
import FoundationEssentials
import NIOHTTP1
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// Who asks, in tests of what they may do.
enum Role: String, CaseIterable, Sendable {
    /// Shows nothing.
    case anonymous
    /// May do everything in another project.
    case otherProject
    /// The same, in a project that others must learn nothing of.
    case bank
    /// May do everything in both.
    case both
    /// Reads the project.
    case read
    /// Reads it and writes its default scope.
    case write
    /// Reads it and writes another scope.
    case wrongScope
    /// May delete any tag in it, and nothing else.
    case delete
    /// May delete the tags of another scope in it, and nothing else.
    case deleteBranch
    /// May do everything in it.
    case admin
    /// Could do everything in it, but its time is over.
    case expired
    /// The same, but it was revoked.
    case revoked
    /// Shows a token that was never one of this server, with a good checksum.
    case unknownToken
    /// Shows what its CI system says of it, and may do by the rules what ``write`` may.
    case job
    /// Shows the same, but signed by somebody else.
    case forgedSignature
    /// Shows the same, but not signed at all, and saying so.
    case unsigned
    /// Shows the same, but said to somebody else.
    case wrongAudience
    /// Shows the same, but said by a CI system that nobody here believes.
    case wrongIssuer
    /// Shows the same, but its time is over.
    case expiredJob

    /// What a token of the role allows; `nil` for roles that have no token of this server.
    var grant: Grant? {
        func grant(_ project: String, _ rights: Rights, scopes: [String] = []) -> Grant? {
            NamePattern(project).map {
                Grant(projects: $0, rights: rights, scopes: scopes.map { NamePattern(only: $0) })
            }
        }
        return switch self {
        case .anonymous, .unknownToken, .job, .forgedSignature, .unsigned, .wrongAudience, .wrongIssuer, .expiredJob:
            nil
        case .otherProject: grant("depot", .admin)
        case .bank: grant("bank", .admin)
        case .both: grant("*", .admin)
        case .read: grant("shop", .read)
        case .write: grant("shop", [.read, .write], scopes: ["main"])
        case .wrongScope: grant("shop", [.read, .write], scopes: ["feature/x"])
        case .delete: grant("shop", .delete, scopes: ["main"])
        case .deleteBranch: grant("shop", .delete, scopes: ["feature/x"])
        case .admin, .expired, .revoked: grant("shop", .admin)
        }
    }

    /// Whether it has no right at all in the project of the samples.
    var isStranger: Bool { self == .otherProject || self == .bank }

    /// Whether what the role shows proves anything.
    var isKnown: Bool {
        switch self {
        case .otherProject, .bank, .both, .read, .write, .wrongScope, .delete, .deleteBranch, .admin, .job: true
        case .anonymous, .expired, .revoked, .unknownToken, .forgedSignature, .unsigned, .wrongAudience, .wrongIssuer,
            .expiredJob:
            false
        }
    }
}

/// A server that knows all roles.
struct RoleServer: Sendable {
    let client: TestClient
    let settings: Settings
    private let tokens: [Role: String]

    /// What the role shows.
    func headers(of role: Role) -> HTTPHeaders {
        role == .anonymous ? [:] : ["authorization": "Bearer \(tokens[role] ?? "")"]
    }

    func send(_ sample: RouteSample, as role: Role) async throws -> TestClient.Answer {
        var headers = headers(of: role)
        if let type = sample.contentType { headers.add(name: "content-type", value: type) }
        return try await client.send(
            sample.method, sample.path, body: sample.body.map { .bytes($0) }, headers: headers)
    }

    func send(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]? = nil, type: String? = nil, as role: Role
    ) async throws -> TestClient.Answer {
        var headers = headers(of: role)
        if let type { headers.add(name: "content-type", value: type) }
        return try await client.send(method, path, body: body.map { .bytes($0) }, headers: headers)
    }

    /// Lends one, on a new root, that believes a CI system on this machine.
    static func run(
        _ change: (inout Settings) -> Void = { _ in }, _ body: @Sendable (RoleServer) async throws -> Void
    ) async throws {
        let key = try await FakeIssuer.Key.es256("k1")
        let issuer = FakeIssuer([key])
        try await withTemporaryDirectory { directory in
            var settings = Settings(root: directory.appending("root"))
            settings.listen.port = 0
            settings.storeThreads = 4
            settings.accessRules = directory.appending("rules.json")
            change(&settings)
            try FileManager.default.createDirectory(atPath: settings.root.string, withIntermediateDirectories: true)
            let tokens = try Self.makeTokens(in: settings.root)
            try await issuer.run { [settings] in
                let rules = settings.accessRules ?? ""
                try Data(Self.rules(issuer).utf8).write(to: URL(filePath: rules.string))
                let all = try await tokens.merging(Self.jobTokens(issuer, key)) { $1 }
                try await LarderServer.withRunning(settings, logger: .silent) { port in
                    try await body(RoleServer(client: TestClient(port: port), settings: settings, tokens: all))
                }
            }
        }
    }

    private static func rules(_ issuer: FakeIssuer) -> String {
        """
        {"issuers": {"ci": {"issuer": "\(issuer.url)", "audience": "larder"}},
         "rules": [{"issuer": "ci", "claims": {"sub": "repo:shop/api:ref:refs/heads/main"}, "project": "shop",
                    "scope": "main", "rights": ["read", "write"]}]}
        """
    }

    /// One token that is taken, and others that differ from it in one thing each.
    private static func jobTokens(_ issuer: FakeIssuer, _ key: FakeIssuer.Key) async throws -> [Role: String] {
        let claims =
            "{\"iss\":\"ISSUER\",\"aud\":\"larder\",\"sub\":\"repo:shop/api:ref:refs/heads/main\",\"iat\":NOW-600,\"exp\":NOW+3600}"
        let thief = try await FakeIssuer.Key.es256("k1")
        let unsigned = try issuer.token(claims, by: key, header: "{\"alg\":\"none\",\"kid\":\"k1\",\"typ\":\"JWT\"}")
        return [
            .job: try issuer.token(claims, by: key),
            .forgedSignature: try issuer.token(claims, by: thief),
            .unsigned: unsigned.split(separator: ".").prefix(2).joined(separator: ".") + ".",
            .wrongAudience: try issuer.token(claims.replacing("larder", with: "larder2"), by: key),
            .wrongIssuer: try issuer.token(claims.replacing("ISSUER", with: "https://ci.example"), by: key),
            .expiredJob: try issuer.token(claims.replacing("NOW+3600", with: "NOW-61"), by: key),
        ]
    }

    private static func makeTokens(in root: FilePath) throws -> [Role: String] {
        var random = SystemRandomNumberGenerator()
        var list = TokenList()
        var tokens: [Role: String] = [.unknownToken: AccessToken(using: &random).secretText]
        for role in Role.allCases {
            guard let grant = role.grant else { continue }
            let order = TokenOrder(
                name: role.rawValue, grants: [grant], lifetime: role == .expired ? 1 : 3600)
            let made = Int64(Date().timeIntervalSince1970) - (role == .expired ? 100 : 0)
            let (token, record) = try order.token(at: made, using: &random)
            try list.add(record)
            tokens[role] = token.secretText
        }
        _ = try list.revoke(Role.revoked.rawValue, at: 1)
        try TokenFile(in: root).write(list)
        return tokens
    }
}
