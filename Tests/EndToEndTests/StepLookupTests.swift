import Build
import CacheAPI
import Chunking
import Dockerfile
import FoundationEssentials
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// What a build asks the server, in which scopes, and what it is told. Without commands, so without rights.
@Suite struct StepLookupTests {
    private static let twoStages = [
        "Dockerfile": """
        FROM scratch AS sources
        COPY src/ /work/src/
        COPY tool /work/tool
        FROM scratch
        COPY --from=sources /work/src /srv/src
        COPY README /srv/
        """,
        "src/a.txt": "a\n", "tool": "1\n", "README": "read me\n",
    ]

    private static func scope(_ name: String) throws -> ScopeName { try #require(ScopeName(name)) }

    @Test("One look-up when everything hits, one more for a stage that had to be built")
    func lookups() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(Self.twoStages)
            let first = try await lab.build(context, runner: "a")
            #expect(first.outcome.lookupCount == 2)
            let second = try await lab.build(context, runner: "b")
            #expect(second.verdicts == [.hit, .hit, .hit, .hit])
            #expect(second.outcome.lookupCount == 1)
            // What the other stage copies is the same as before.
            try lab.context(["tool": "2\n"])
            let third = try await lab.build(context, runner: "c")
            #expect(third.verdicts == [.hit, .run, .hit, .hit])
            #expect(third.outcome.lookupCount == 2)
        }
    }

    @Test("A stage that was evicted is not missed by what was copied from it")
    func evictedStage() async throws {
        try await withTemporaryDirectory { directory in
            let report = Mutex<BuildOutcome?>(nil)
            try await BuildLab.run(in: directory) { lab in
                let context = try lab.context(Self.twoStages)
                let built = try await lab.build(context, runner: "a")
                report.withLock { $0 = built.outcome }
            }
            let first = try #require(report.withLock { $0 })
            try BuildLab.evict(first.steps.prefix(2).compactMap(\.key), in: directory.appending("root"))
            try await BuildLab.run(in: directory) { lab in
                let second = try await lab.build(try lab.context(Self.twoStages), runner: "b")
                #expect(second.outcome.error == nil)
                #expect(second.verdicts == [.skipped, .skipped, .hit, .hit])
                #expect(second.outcome.lookupCount == 1)
                #expect(second.outcome.image?.digest == first.image?.digest)
                // A step behind needs the stage's files after all: it is built again, and fits what was told of it.
                let text = try #require(Self.twoStages["Dockerfile"])
                try lab.context(["Dockerfile": text + "\nCOPY --from=sources /work/tool /srv/tool\n"])
                let third = try await lab.build(directory.appending("context"), runner: "c")
                #expect(third.outcome.error == nil)
                #expect(third.verdicts == [.run, .run, .hit, .hit, .run])
            }
        }
    }

    // MARK: Scopes

    @Test("A branch reads its base and writes only itself")
    func baseScope() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(Self.twoStages)
            _ = try await lab.build(context, runner: "a")
            try lab.context(["README": "of the branch\n"])
            let branch = try Self.scope("feature/x")
            let other = try await lab.build(
                context, runner: "b",
                adjust: {
                    $0.scope = branch
                    $0.baseScopes = [.main]
                })
            #expect(other.verdicts == [.hit, .hit, .hit, .run])
            let main = try await lab.build(context, runner: "c")
            #expect(main.verdicts == [.hit, .hit, .hit, .run])
            let reason = try #require(main.outcome.steps.last?.reason)
            #expect(reason.hasPrefix("recorded only in scope feature/x, which this build does not read"), "\(reason)")
        }
    }

    @Test("What a trusted branch built is found after the merge, and taken over")
    func promotion() async throws {
        let rule = try #require(ScopeRules.Promotion("main=feature/*"))
        try await BuildLab.run({ $0.scopeRules.promotions = [rule] }) { lab in
            let context = try lab.context(Self.twoStages)
            let (branch, stranger) = (try Self.scope("feature/x"), try Self.scope("fork/x"))
            _ = try await lab.build(context, runner: "a", adjust: { $0.scope = branch })
            // No scope but main takes over.
            let other = try await lab.build(context, runner: "b", adjust: { $0.scope = stranger })
            #expect(other.verdicts == [.run, .run, .run, .run])
            let main = try await lab.build(context, runner: "c")
            #expect(main.verdicts == [.hit, .hit, .hit, .hit])
            // Now main has it itself: a branch that reads main finds it.
            let late = try await lab.build(
                context, runner: "d",
                adjust: {
                    $0.scope = stranger
                    $0.baseScopes = [.main]
                })
            #expect(late.verdicts == [.hit, .hit, .hit, .hit])
            let forecast = try await lab.forecast(context) { $0.baseScopes = [] }
            #expect(forecast.map(\.scope) == [.main, .main, .main, .main])
        }
    }

    // MARK: Explanations

    @Test("A miss says what is different, in the build and without one")
    func explanation() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(Self.twoStages)
            let first = try await lab.build(context, runner: "a", adjust: { $0.writer = "runner-a" })
            #expect(
                first.outcome.steps.map(\.reason) == Array(repeating: "no step like it was recorded before", count: 4))
            try lab.context(["src/a.txt": "b\n", "src/new.txt": "n\n"])
            let forecast = try await lab.forecast(context)
            #expect(forecast.map(\.verdict) == [.miss, .miss, .unknown, .unknown])
            let reason = try #require(forecast.first?.reason)
            #expect(reason.hasPrefix("src/a.txt changed; src/new.txt is new (since built 2"), "\(reason)")
            #expect(reason.hasSuffix(" UTC in scope main by runner-a)"), "\(reason)")
            #expect(forecast[1].reason?.hasPrefix("what it stands on is not what it was") == true)
            let second = try await lab.build(context, runner: "b")
            #expect(second.verdicts == [.run, .run, .run, .run])
            #expect(second.outcome.steps.first?.reason == reason)
            #expect(second.events.reasons.contains(reason))
            // What is copied from another stage is told by its paths there.
            let copied = try #require(second.outcome.steps[2].reason)
            #expect(copied.hasPrefix("work/src/a.txt changed; work/src/new.txt is new (since"), "\(copied)")
        }
    }
}
