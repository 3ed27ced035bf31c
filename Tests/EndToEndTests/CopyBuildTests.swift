import Build
import CacheAPI
import Chunking
import Dockerfile
import FoundationEssentials
import SystemPackage
import Testing

/// Builds of images without commands: they need no rights and no runtime.
@Suite struct CopyBuildTests {
    private static let twoStages = [
        "Dockerfile": """
        FROM scratch AS sources
        COPY src/ /work/src/
        COPY --chmod=755 tool /work/bin/tool
        FROM scratch
        WORKDIR /srv
        COPY --from=sources /work/src /srv/src
        COPY README /srv/
        ENV MODE=production
        CMD ["/srv/run"]
        """,
        ".dockerignore": "**/*.tmp\n", "src/a.txt": "a\n", "src/deep/b.txt": "b\n", "src/no.tmp": "not copied",
        "tool": "#!/bin/sh\n", "README": "read me\n",
    ]

    @Test func secondRunnerRunsNothing() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(Self.twoStages)
            let first = try await lab.build(context, runner: "a")
            #expect(first.outcome.error == nil)
            #expect(first.verdicts == [.run, .run, .run, .run, .run])
            #expect(first.events.warnings == [])
            let second = try await lab.build(context, runner: "b", tag: "shop/api:2")
            #expect(second.outcome.error == nil)
            #expect(second.verdicts == [.hit, .hit, .hit, .hit, .hit])
            let digest = try #require(first.outcome.image?.digest)
            #expect(second.outcome.image?.digest == digest)
            #expect(second.outcome.config == first.outcome.config)
            #expect(second.down + second.up < 20_000)
        }
    }

    @Test func changedFileRunsOnlyWhatReadsIt() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(Self.twoStages)
            _ = try await lab.build(context, runner: "a")
            try lab.context(["README": "read me again\n"])
            let second = try await lab.build(context, runner: "b")
            #expect(second.outcome.error == nil)
            #expect(second.verdicts == [.hit, .hit, .hit, .hit, .run])
        }
    }

    /// What copies from a stage that was a hit in the end, since what it copies itself was rebuilt as it was, was made again.
    @Test func equalOutputHitsBehindAStageInBetween() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context([
                "Dockerfile": """
                FROM scratch AS first
                COPY src /src/
                COPY kept /kept
                FROM scratch AS second
                COPY --from=first /kept /kept
                COPY other /other
                FROM scratch
                COPY other /other
                COPY --from=second /kept /kept
                """,
                "src/a": "a\n", "kept": "kept\n", "other": "other\n",
            ])
            _ = try await lab.build(context, runner: "a")
            try lab.context(["src/a": "b\n"])
            let second = try await lab.build(context, runner: "b")
            #expect(second.verdicts == [.run, .run, .hit, .hit, .hit, .hit])
        }
    }

    /// A stage that was rebuilt with an equal result changes nothing behind it (design: content keys).
    @Test func equalOutputOfARebuiltStageHits() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(Self.twoStages)
            _ = try await lab.build(context, runner: "a")
            // The tool is in the first stage, and nothing copies it from there.
            try lab.context(["tool": "#!/bin/bash\n"])
            let second = try await lab.build(context, runner: "b")
            #expect(second.outcome.error == nil)
            #expect(second.verdicts == [.hit, .run, .hit, .hit, .hit])
        }
    }

    @Test func noCacheRunsEverythingAndRecordsIt() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(Self.twoStages)
            _ = try await lab.build(context, runner: "a")
            let again = try await lab.build(context, runner: "b", adjust: { $0.ignoresCache = true })
            #expect(again.outcome.error == nil)
            #expect(again.verdicts == [.run, .run, .run, .run, .run])
            let third = try await lab.build(context, runner: "c")
            #expect(third.verdicts == [.hit, .hit, .hit, .hit, .hit])
            #expect(third.outcome.image?.digest == again.outcome.image?.digest)
        }
    }

    @Test func settingsAloneRunNothing() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(Self.twoStages)
            let first = try await lab.build(context, runner: "a")
            let text = try #require(Self.twoStages["Dockerfile"])
            try lab.context(["Dockerfile": text + "\nLABEL a=b\nEXPOSE 80\n"])
            let second = try await lab.build(context, runner: "b")
            #expect(second.verdicts == [.hit, .hit, .hit, .hit, .hit])
            #expect(second.outcome.image != nil)
            #expect(second.outcome.image?.digest != first.outcome.image?.digest)
        }
    }

    @Test func otherScopesDoNotShare() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(Self.twoStages)
            _ = try await lab.build(context, runner: "a")
            let other = try await lab.build(
                context, runner: "b",
                adjust: { request in
                    if let scope = ScopeName("feature") { request.scope = scope }
                })
            #expect(other.verdicts == [.run, .run, .run, .run, .run])
        }
    }
}
