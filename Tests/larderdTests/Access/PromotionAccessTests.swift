import Access
import AsyncHTTPClient
import CacheAPI
import Chunking
import FoundationEssentials
import NIOHTTP1
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// Whose records are shown, and taken over, by a rule of promotion.
@Suite("Promotion trusts known writers")
struct PromotionAccessTests {
    private func op(_ number: UInt8) -> Digest { Digest(hashing: [number]) }

    private func key(_ number: UInt8) -> Digest {
        StepKey.step(op: op(number), parent: StepKey.base(chain: [], platform: "linux/amd64"), inputs: [])
    }

    @Test("What anybody recorded while a server was open is not promoted when it is closed; what a known writer did is")
    func unknownWriters() async throws {
        let (shop, branch) = (try #require(ProjectName("shop")), try #require(ScopeName("feature/x")))
        let promotion = try #require(ScopeRules.Promotion("main=feature/*"))
        try await withTemporaryDirectory { directory in
            var settings = Settings(root: directory.appending("root"), port: 0)
            (settings.storeThreads, settings.scopeRules.promotions) = (4, [promotion])
            @Sendable func record(_ number: UInt8, _ client: TestClient, _ token: String?) async throws -> UInt {
                let record = StepRecord(
                    key: key(number), parent: key(number), chain: [], components: [], instruction: "RUN make",
                    seconds: 1, created: 1_700_000_000, scope: branch, writer: "w", replaces: false)
                return try await client.send(
                    .POST, CachePath.steps(shop), body: .bytes([UInt8](JSONEncoder().encode(record))),
                    headers: Self.header(token)
                ).status
            }
            @Sendable func isFound(_ number: UInt8, _ client: TestClient, _ token: String?) async throws -> Bool {
                let step = GraphQuery.Step(
                    op: op(number), parent: .base(chain: [], platform: "linux/amd64"), inputs: [])
                let answer = try await client.send(
                    .POST, CachePath.lookup(shop),
                    body: .bytes([UInt8](JSONEncoder().encode(GraphQuery(scopes: [.main], steps: [step])))),
                    headers: Self.header(token))
                return try answer.json(GraphAnswer.self).steps.first?.verdict == .hit
            }
            try await LarderServer.withRunning(settings, logger: .silent) { port in
                let client = TestClient(port: port)
                let isRecorded = try await record(1, client, nil) == 201
                #expect(isRecorded)
                // On an open server it is, and is taken over.
                let another = try await record(4, client, nil) == 201
                let isOpen = try await isFound(4, client, nil)
                #expect(another && isOpen)
            }
            let book = try TokenBook(of: settings.root)
            func token(_ scope: String) throws -> String {
                let grant = Grant(
                    projects: NamePattern(only: "shop"), rights: [.read, .write], scopes: [NamePattern(only: scope)])
                return try book.make(TokenOrder(name: scope, grants: [grant], lifetime: 600)).token
            }
            let (main, feature) = (try token("main"), try token("feature/x"))
            try await LarderServer.withRunning(settings, logger: .silent) { port in
                let client = TestClient(port: port)
                let stranger = try await isFound(1, client, main)
                #expect(!stranger, "an unknown writer's step is found")
                let isRecorded = try await record(2, client, feature) == 201
                #expect(isRecorded)
                let known = try await isFound(2, client, main)
                #expect(known)
                // Who has no right to the branch cannot make others believe that it does.
                let isTaken = try await record(3, client, main)
                #expect(isTaken == 403)
            }
        }
    }

    private static func header(_ token: String?) -> HTTPHeaders {
        token.map { ["authorization": "Bearer \($0)"] } ?? [:]
    }
}
