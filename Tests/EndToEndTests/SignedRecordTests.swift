import Build
import CacheAPI
import ChunkStore
import Chunking
import Dockerfile
import FoundationEssentials
import Logging
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// Whose records a build believes, and what becomes of those of somebody who is not believed any more.
@Suite struct SignedRecordTests {
    private static let files = [
        "Dockerfile": "FROM scratch\nCOPY a /a\nCOPY --link b /b\nCOPY c /c\n", "a": "1\n", "b": "2\n", "c": "3\n",
    ]

    private static func sign(_ request: inout BuildRequest, _ key: SigningKey?, believing keys: [SigningKey?] = []) {
        request.project = ProjectName("shop") ?? .default
        request.signingKey = key
        let believed = Set(keys.compactMap { $0?.verifyingKey })
        request.verification = believed.isEmpty ? nil : RecordVerification(keys: believed)
    }

    @Test("Steps that a believed key signed are hits; others are built again, with a word, and take their place")
    func runnersKey() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(Self.files)
            let (own, other) = (SigningKey(), SigningKey())
            _ = try await lab.build(context, runner: "a") { Self.sign(&$0, own) }
            let believed = try await lab.build(context, runner: "b") { Self.sign(&$0, nil, believing: [other, own]) }
            #expect(believed.verdicts == [.hit, .hit, .hit] && believed.events.warnings.isEmpty)
            let doubted = try await lab.build(context, runner: "c") { Self.sign(&$0, other, believing: [other]) }
            #expect(doubted.outcome.error == nil && !doubted.verdicts.contains(.hit))
            #expect(doubted.events.warnings.contains { $0.contains("signed by no key of --verify-key") })
            let renewed = try await lab.build(context, runner: "d") { Self.sign(&$0, nil, believing: [other]) }
            #expect(renewed.verdicts == [.hit, .hit, .hit])
        }
    }

    @Test("A record that somebody changed on the disk is no hit for whoever believes the server's key only")
    func serversKey() async throws {
        try await withTemporaryDirectory { directory in
            let root = directory.appending("root")
            let keys = Mutex<[Digest]>([])
            try await BuildLab.run(in: directory) { lab in
                let built = try await lab.build(try lab.context(Self.files), runner: "a")
                keys.withLock { $0 = built.outcome.steps.compactMap(\.key) }
            }
            let text = try String(contentsOf: URL(filePath: root.appending("signing-key.pub").string), encoding: .utf8)
            let key = try #require(KeyFile.verifyingKeys(in: text).first)
            @Sendable func believe(_ request: inout BuildRequest) {
                request.project = ProjectName("shop") ?? .default
                request.verification = RecordVerification(keys: [key])
            }
            try Self.swapChains(of: keys.withLock { $0 }, in: root)
            try await BuildLab.run(in: directory) { lab in
                let context = try lab.context(Self.files)
                let credulous = try await lab.forecast(context)
                #expect(credulous.map(\.verdict) == [.hit, .hit, .hit])
                let verified = try await lab.build(context, runner: "b", adjust: believe)
                #expect(verified.outcome.error == nil)
                #expect(verified.verdicts == [.run, .hit, .run])
                let again = try await lab.build(context, runner: "c", adjust: believe)
                #expect(again.verdicts == [.hit, .hit, .hit])
            }
        }
    }

    /// Gives the first step the layers of the last, and the other way round.
    private static func swapChains(of keys: [Digest], in root: FilePath) throws {
        let quiet = Logger(label: "lab") { _ in SwiftLogNoOpLogHandler() }
        let store = try Store(opening: root, options: Store.Options(), logger: quiet)
        defer { store.close() }
        let project = try #require(try store.project(named: "shop"))
        var first = try #require(try store.wholeStep(keys[0], scope: .main, project: project))
        var last = try #require(try store.wholeStep(keys[2], scope: .main, project: project))
        (first.chain, last.chain) = (last.chain, first.chain)
        (first.replaces, last.replaces) = (true, true)
        for record in [first, last] { #expect(try store.putStep(record, project: project)) }
    }

    @Test("What one identity wrote is evicted through a running server, and the next build makes it anew")
    func eviction() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(Self.files)
            _ = try await lab.build(context, runner: "a")
            let known = try await lab.forecast(context)
            #expect(known.map(\.verdict) == [.hit, .hit, .hit])
            #expect(known.map(\.author?.identity) == ["anonymous", "anonymous", "anonymous"])
            let settings = Settings(root: lab.directory.appending("root"))
            var order = EvictionOrder(writtenBy: "anonymous", project: nil, since: nil, isTrial: true)
            #expect(try await order.carryOut(on: settings).count > 3)
            #expect(try await lab.forecast(context).map(\.verdict) == [.hit, .hit, .hit])
            order.isTrial = false
            #expect(try await order.carryOut(on: settings).count > 3)
            #expect(!(try await lab.forecast(context).map(\.verdict).contains(.hit)))
            let again = try await lab.build(context, runner: "b")
            #expect(again.outcome.error == nil && !again.verdicts.contains(.hit))
            #expect(try await lab.build(context, runner: "c").verdicts == [.hit, .hit, .hit])
        }
    }
}
