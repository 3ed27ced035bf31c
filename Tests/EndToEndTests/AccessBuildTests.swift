import Access
import CacheAPI
import FoundationEssentials
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Build
@testable import larderd

/// Builds on a server that wants to know who asks.
@Suite("Builds show a token")
struct AccessBuildTests {
    /// Lends a lab with a context, and tokens for the scopes of `scopes`; one without a scope only reads.
    private func withTokens(
        _ scopes: [String?], _ body: @Sendable (BuildLab, FilePath, [String]) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let root = directory.appending("root")
            try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: true)
            let book = try TokenBook(of: root)
            let tokens = try scopes.enumerated().map { index, scope in
                let grant = Grant(
                    projects: NamePattern(only: "shop"), rights: scope == nil ? .read : [.read, .write],
                    scopes: scope.map { [NamePattern(only: $0)] } ?? [])
                return try book.make(TokenOrder(name: "t\(index)", grants: [grant], lifetime: 60)).token
            }
            try await BuildLab.run(in: directory) { lab in
                let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY a /a\n", "a": "1"])
                try await body(lab, context, tokens)
            }
        }
    }

    @Test("Who may write is believed by who may only read, whose build goes on when it may not")
    func readers() async throws {
        try await withTokens(["main", nil]) { lab, context, tokens in
            let first = try await lab.build(context, runner: "writer", token: tokens[0])
            #expect(first.outcome.error == nil && first.outcome.image != nil)
            #expect(first.verdicts == [.run])
            let second = try await lab.build(context, runner: "reader", token: tokens[1])
            #expect(second.outcome.error == nil)
            #expect(second.verdicts == [.hit])
            #expect(second.events.warnings.contains { $0.contains("'write'") }, "\(second.events.warnings)")
            _ = try lab.context(["a": "2"])
            let third = try await lab.build(context, runner: "reader", token: tokens[1])
            #expect(third.outcome.error == nil)
            #expect(third.verdicts == [.run])
            let fourth = try await lab.build(context, runner: "another", token: tokens[0])
            #expect(fourth.verdicts == [.run], "what a reader built was stored")
        }
    }

    @Test("Without a token, and with one that was mistyped, the build goes on without the cache, and says what to do")
    func unknown() async throws {
        try await withTokens(["main"]) { lab, context, tokens in
            for token in [nil, String(tokens[0].dropLast()), "planted-secret"] {
                let report = try await lab.build(context, runner: "r", token: token)
                #expect(report.outcome.error == nil)
                #expect(report.outcome.image == nil)
                #expect(report.events.warnings.contains { $0.contains("LARDER_TOKEN") }, "\(report.events.warnings)")
                #expect(!report.events.warnings.contains { $0.contains("planted") })
            }
        }
    }

    @Test("A branch cannot put its image where the default branch's is, and the build says so and fails")
    func tags() async throws {
        try await withTokens(["feature/x"]) { lab, context, tokens in
            let branch = try #require(ScopeName("feature/x"))
            let refused = try await lab.build(context, runner: "r", tag: "shop/api:latest", token: tokens[0]) {
                $0.scope = branch
            }
            #expect(refused.outcome.error.map { "\($0)" }?.contains("latest") == true)
            let built = try await lab.build(context, runner: "r", tag: "shop/api:feature-x", token: tokens[0]) {
                $0.scope = branch
            }
            #expect(built.outcome.error == nil && built.outcome.image != nil)
        }
    }
}
