import Build
import CacheAPI
import Chunking
import Dockerfile
import FoundationEssentials
import NIOHTTP1
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Builds whose steps run commands.
@Suite(.serialized, .enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
struct RunBuildTests {
    private static let application = [
        "Dockerfile": """
        FROM tiny/base:1 AS build
        WORKDIR /src
        COPY words .
        RUN cat words words > twice && echo built
        FROM tiny/base:1
        RUN mkdir -p /data && echo ready > /data/state
        COPY --from=build /src/twice /app/
        RUN cat /app/twice > /app/copy && rm /data/state
        USER app
        CMD ["cat", "/app/copy"]
        """,
        "words": "one\ntwo\n",
    ]

    private static func lab(_ body: @Sendable (BuildLab) async throws -> Void) async throws {
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "tiny/base:1")
            try await body(lab)
        }
    }

    /// Reports have told 0 of those that failed.
    @Test func reportsTellHowLongACommandRanThatFailed() async throws {
        try await Self.lab { lab in
            let text = "FROM tiny/base:1\nRUN cat words || { sleep 1; exit 3; }\n"
            let report = try await lab.build(try lab.context(["Dockerfile": text]), runner: "a")
            #expect((report.outcome.error as? BuildError)?.exitStatus == 3)
            let step = try #require(report.outcome.steps.last)
            #expect(step.verdict == .failed)
            #expect(step.commandSeconds >= 1 && step.commandSeconds <= step.seconds)
        }
    }

    /// The kernel mounts what is in it from another directory.
    @Test func theStateDirectoryMayBeRelative() async throws {
        try await Self.lab { lab in
            let context = try lab.context(["Dockerfile": "FROM tiny/base:1\nRUN echo a >/a\n"])
            let up = Array(repeating: "..", count: FileManager.default.currentDirectoryPath.split(separator: "/").count)
            let relative = up.joined(separator: "/") + lab.directory.appending("relative").string
            let report = try await lab.build(context, runner: "a") { $0.stateDirectory = FilePath(relative) }
            #expect(report.outcome.error == nil, "\(String(describing: report.outcome.error))")
        }
    }

    /// A COPY wants to know the base's files, and the RUN behind it wants the base itself.
    @Test func aLayerThatTwoStepsNeedIsShownOnceWhileItIsFetched() async throws {
        try await Self.lab { lab in
            let context = try lab.context([
                "Dockerfile": "FROM tiny/base:1\nCOPY words /words\nRUN cat /words\n", "words": "one\n",
            ])
            let report = try await lab.build(context, runner: "a")
            #expect(report.outcome.error == nil, "\(String(describing: report.outcome.error))")
            #expect(report.events.tasks.count { $0.hasPrefix("fetch") } == 1, "\(report.events.tasks)")
        }
    }

    @Test func secondRunnerRunsNothing() async throws {
        try await Self.lab { lab in
            let context = try lab.context(Self.application)
            let first = try await lab.build(context, runner: "a")
            #expect(first.outcome.error == nil)
            #expect(first.verdicts == [.run, .run, .run, .run, .run, .run])
            #expect(first.events.output == ["built"])
            #expect(first.events.warnings == [])
            let second = try await lab.build(context, runner: "b", tag: "shop/api:2")
            #expect(second.outcome.error == nil)
            #expect(second.verdicts == [.hit, .hit, .hit, .hit, .hit, .hit])
            #expect(second.events.output == [])
            #expect(second.outcome.image?.digest == first.outcome.image?.digest)
            #expect(second.down + second.up < 30_000)
            #expect(try Self.leftovers(lab, "a") == [])
        }
    }

    @Test func failedBuildKeepsWhatWasFinished() async throws {
        try await Self.lab { lab in
            let text = try #require(Self.application["Dockerfile"])
            let context = try lab.context(Self.application)
            try lab.context(["Dockerfile": text.replacing("rm /data/state", with: "echo oops && exit 7")])
            let failed = try await lab.build(context, runner: "a")
            let error = try #require(failed.outcome.error as? BuildError)
            #expect(error.code == .commandFailed)
            #expect(error.exitStatus == 7)
            #expect(error.description.contains("Dockerfile:8"), "\(error)")
            #expect(failed.events.output == ["built", "oops"])
            #expect(failed.outcome.image == nil)
            try lab.context(["Dockerfile": text])
            let fixed = try await lab.build(context, runner: "b")
            #expect(fixed.outcome.error == nil)
            #expect(fixed.verdicts == [.hit, .hit, .hit, .hit, .hit, .run])
            #expect(try Self.leftovers(lab, "a") == [])
        }
    }

    @Test func rebuiltStageWithEqualOutputHits() async throws {
        try await Self.lab { lab in
            let context = try lab.context(Self.application)
            _ = try await lab.build(context, runner: "a")
            let text = try #require(Self.application["Dockerfile"])
            try lab.context(["Dockerfile": text.replacing("echo built", with: "echo built differently")])
            let second = try await lab.build(context, runner: "b")
            #expect(second.outcome.error == nil)
            // The file's time is not part of what COPY --from reads.
            #expect(second.verdicts == [.hit, .hit, .run, .hit, .hit, .hit])
        }
    }

    @Test func secretsReachTheCommandAndNothingElse() async throws {
        try await Self.lab { lab in
            let context = try lab.context([
                "Dockerfile": """
                FROM tiny/base:1
                RUN --mount=type=secret,id=key,target=/run/key,required=true test "$(cat /run/key)" = hidden
                RUN test ! -e /run/key && ls -a / /etc
                """
            ])
            let refused = try await lab.build(context, runner: "a")
            #expect("\(try #require(refused.outcome.error))".contains("--secret id=key"))
            let built = try await lab.build(context, runner: "a", adjust: { $0.secrets = ["key": .value("hidden")] })
            #expect(built.outcome.error == nil)
            let files = try await Self.files(of: built, in: lab)
            #expect(!files.contains { $0.contains("run/key") || $0.contains("resolv.conf") }, "\(files)")
        }
    }

    /// A record that was too long for the server switched off all storing, and the image with it.
    @Test func longInstructionIsRecorded() async throws {
        try await Self.lab { lab in
            let text = String(repeating: "x", count: 70_000)
            let context = try lab.context(["Dockerfile": "FROM tiny/base:1\nRUN echo \(text) > /long\n"])
            let first = try await lab.build(context, runner: "a")
            #expect(first.outcome.error == nil)
            #expect(first.outcome.image != nil)
            #expect(first.events.warnings == [])
            let second = try await lab.build(context, runner: "b")
            #expect(second.verdicts == [.hit])
        }
    }

    /// The server goes away in the middle: the build ends well, with one warning.
    @Test(.timeLimit(.minutes(5)))
    func serverThatDiesInTheMiddleBreaksNothing() async throws {
        try await withTemporaryDirectory { directory in
            let report = try await ServerProcess.run(root: directory.appending("root")) { server in
                let lab = BuildLab(directory: directory, port: server.port)
                try await lab.importImage(try await TinyImage.tar(in: directory), as: "tiny/base:1")
                let context = try lab.context(Self.application)
                return try await lab.build(
                    context, runner: "a",
                    onEvent: { event in
                        if case .output(_, "built") = event { server.kill9() }
                    })
            }
            #expect(report.outcome.error == nil)
            #expect(report.verdicts == [.run, .run, .run, .run, .run, .run])
            #expect(report.outcome.image == nil)
            #expect(report.events.warnings.count { $0.contains("goes on without the cache") } == 1)
        }
    }

    /// What a cancelled build leaves behind is nothing, and the command does not go on.
    @Test(.timeLimit(.minutes(5)))
    func cancellingKillsTheCommand() async throws {
        try await Self.lab { lab in
            let context = try lab.context(["Dockerfile": "FROM tiny/base:1\nRUN echo begun && sleep 600\n"])
            let (begun, announce) = AsyncStream<Void>.makeStream()
            let task = Task {
                try await lab.build(
                    context, runner: "a",
                    onEvent: { event in
                        if case .output(_, "begun") = event { announce.yield() }
                    })
            }
            for await _ in begun { break }
            task.cancel()
            let report = try await task.value
            #expect(report.outcome.error is CancellationError)
            #expect(try Self.leftovers(lab, "a") == [])
        }
    }

    /// What is in a runner's working directory, and mounted there.
    private static func leftovers(_ lab: BuildLab, _ runner: String) throws -> [String] {
        let state = lab.directory.appending("runner-\(runner)")
        let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
        return try FileManager.default.contentsOfDirectory(atPath: state.appending("work").string)
            + mounts.split(separator: "\n").map(String.init).filter { $0.contains(state.string) }
    }

    /// The names in all layers of what was built.
    private static func files(of report: BuildLab.Report, in lab: BuildLab) async throws -> [String] {
        let client = RawClient(address: "http://127.0.0.1:\(lab.port)", project: try ProjectName.named("shop"))
        let digest = try #require(report.outcome.config)
        let answer = try await client.send(.GET, "/v2/shop/api/blobs/\(digest)", [])
        let text = String(decoding: answer.body, as: UTF8.self)
        var names: [String] = []
        for part in text.split(separator: "\"") {
            guard let layer = Digest(part), let tar = try await client.download(layer) else { continue }
            var splitter = LayerSplitter()
            unsafe splitter.update(tar.span.bytes) { _, _ in }
            names += splitter.finish { _, _ in }.entries?.entries.map(\.path.description) ?? []
        }
        return names
    }
}
