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
    /// Shows what a CI system would say of its job, but signed by somebody else.
    case forgedSignature
    /// The same, not signed at all.
    case unsigned
    /// Shows what its CI system said to somebody else about it.
    case wrongAudience
    /// Shows what a CI system said of it that nobody here believes.
    case wrongIssuer

    /// What a token of the role allows; `nil` for roles that have no token of this server.
    var grant: Grant? {
        func grant(_ project: String, _ rights: Rights, scopes: [String] = []) -> Grant? {
            NamePattern(project).map {
                Grant(projects: $0, rights: rights, scopes: scopes.map { NamePattern(only: $0) })
            }
        }
        return switch self {
        case .anonymous, .unknownToken, .forgedSignature, .unsigned, .wrongAudience, .wrongIssuer: nil
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
        case .otherProject, .bank, .both, .read, .write, .wrongScope, .delete, .deleteBranch, .admin: true
        case .anonymous, .expired, .revoked, .unknownToken, .forgedSignature, .unsigned, .wrongAudience, .wrongIssuer:
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
        switch role {
        case .anonymous: [:]
        // {"alg":"none"} and {"sub":"repo:shop/api:ref:refs/heads/main"}: nobody here believes any issuer.
        case .forgedSignature, .wrongAudience, .wrongIssuer:
            [
                "authorization":
                    "Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvOnNob3AvYXBpOnJlZjpyZWZzL2hlYWRzL21haW4ifQ.AAAA"
            ]
        case .unsigned:
            ["authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJyZXBvOnNob3AvYXBpOnJlZjpyZWZzL2hlYWRzL21haW4ifQ."]
        default: ["authorization": "Bearer \(tokens[role] ?? "")"]
        }
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

    /// Lends one, on a new root.
    static func run(
        _ change: (inout Settings) -> Void = { _ in }, _ body: @Sendable (RoleServer) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            var settings = Settings(root: directory.appending("root"))
            settings.listen.port = 0
            settings.storeThreads = 4
            change(&settings)
            try FileManager.default.createDirectory(atPath: settings.root.string, withIntermediateDirectories: true)
            let tokens = try Self.makeTokens(in: settings.root)
            try await LarderServer.withRunning(settings, logger: .silent) { [settings] port in
                try await body(RoleServer(client: TestClient(port: port), settings: settings, tokens: tokens))
            }
        }
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
