import Build
import CacheAPI
import Dockerfile
import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// Cache mounts that are kept on the server.
@Suite(.serialized, .enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
struct TravellingCacheTests {
    private static let dockerfile = """
        FROM tiny/base:1
        RUN --mount=type=cache,target=/c,uid=5 cat /c/d/f 2>/dev/null; mkdir -p /c/d && echo $$ > /c/d/pid && \\
            echo line >> /c/d/f && stat -c '%u' /c
        """

    private static func lab(_ body: @Sendable (BuildLab, FilePath) async throws -> Void) async throws {
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "tiny/base:1")
            try await body(lab, try lab.context(["Dockerfile": dockerfile]))
        }
    }

    private static func build(
        _ lab: BuildLab, _ context: FilePath, _ runner: String, travels: Bool = true, scope: String = "main"
    ) async throws -> BuildLab.Report {
        let scope = try #require(ScopeName(scope))
        return try await lab.build(
            context, runner: runner,
            adjust: { request in
                request.storesCacheMounts = travels
                request.ignoresCache = true
                request.scope = scope
                request.baseScopes = [.main]
            })
    }

    @Test func theNextRunnerGoesOnWhereTheLastOneStopped() async throws {
        try await Self.lab { lab, context in
            #expect(try await Self.build(lab, context, "a").events.output == ["5"])
            let second = try await Self.build(lab, context, "b")
            #expect(second.events.output == ["line", "5"])
            #expect(second.events.warnings == [])
            // A runner that has an older state of it.
            #expect(try await Self.build(lab, context, "a").events.output == ["line", "line", "5"])
            // Without the flag nothing is asked for.
            #expect(try await Self.build(lab, context, "c", travels: false).events.output == ["5"])
            // A branch reads what its base has, and writes its own.
            let branch = try await Self.build(lab, context, "d", scope: "feature")
            #expect(branch.events.output == ["line", "line", "line", "5"])
            #expect(try await Self.build(lab, context, "e").events.output == ["line", "line", "line", "5"])
        }
    }

    @Test func nothingOfItEntersKeysOrImages() async throws {
        try await Self.lab { lab, context in
            let first = try await lab.build(context, runner: "a", adjust: { $0.storesCacheMounts = true })
            let second = try await lab.build(context, runner: "b")
            #expect(second.verdicts == [.hit])
            #expect(second.outcome.image?.digest == first.outcome.image?.digest)
            let other = try await Self.build(lab, context, "c")
            #expect(other.events.output == ["line", "5"])
            #expect(other.outcome.steps.map(\.key) == first.outcome.steps.map(\.key))
        }
    }

    @Test func aBuildThatFailsStoresItToo() async throws {
        try await Self.lab { lab, context in
            try lab.context(["Dockerfile": Self.dockerfile + " && exit 3\n"])
            #expect(try await Self.build(lab, context, "a").outcome.error != nil)
            #expect(try await Self.build(lab, context, "b").events.output.first == "line")
        }
    }
}
