import Build
import CacheAPI
import Chunking
import Dockerfile
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Builds at the same time, and builds that ask for steps to be run again.
@Suite(.serialized, .enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
struct SharedStepTests {
    private static let slow = """
        FROM tiny/base:1
        RUN echo begun && sleep 3 && echo common > /common
        ARG JOB
        RUN echo "$JOB" $(cat /common)
        """

    private static func lab(_ body: @Sendable (BuildLab) async throws -> Void) async throws {
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "tiny/base:1")
            try await body(lab)
        }
    }

    /// Builds for the job `1`, and for the job `2` as soon as the slow step of the first one is running.
    private static func both(
        _ lab: BuildLab, _ dockerfile: String, waits: Bool = true
    ) async throws -> (BuildLab.Report, BuildLab.Report) {
        let context = try lab.context(["Dockerfile": dockerfile])
        let (begun, announce) = AsyncStream<Void>.makeStream()
        func build(_ job: String, _ waits: Bool) async throws -> BuildLab.Report {
            try await lab.build(
                context, runner: job, tag: nil,
                adjust: {
                    $0.options.buildArguments["JOB"] = job
                    $0.writer = "runner-\(job)"
                    $0.waitsForOthers = waits
                },
                onEvent: { if case .output(_, "begun") = $0 { announce.yield() } })
        }
        async let first = build("1", true)
        for await _ in begun { break }
        let second = try await build("2", waits)
        return (try await first, second)
    }

    @Test("A step that another build runs is waited for", .timeLimit(.minutes(5)))
    func commonStepRunsOnce() async throws {
        try await Self.lab { lab in
            let (first, second) = try await Self.both(lab, Self.slow)
            #expect(first.outcome.error == nil && second.outcome.error == nil)
            #expect(first.events.output == ["begun", "1 common"])
            #expect(second.events.output == ["2 common"])
            #expect(second.verdicts == [.hit, .run])
            #expect(second.events.statuses.contains { $0.hasPrefix("waiting for runner-1, ") })
        }
    }

    @Test("--no-wait builds it, too", .timeLimit(.minutes(5)))
    func noWait() async throws {
        try await Self.lab { lab in
            let (_, second) = try await Self.both(lab, Self.slow, waits: false)
            #expect(second.outcome.error == nil)
            #expect(second.events.output == ["begun", "2 common"])
        }
    }

    @Test("A build that fails lets others go", .timeLimit(.minutes(5)))
    func failingBuild() async throws {
        try await Self.lab { lab in
            let (first, second) = try await Self.both(
                lab, "FROM tiny/base:1\nRUN echo begun && sleep 2 && exit 3\n")
            #expect((first.outcome.error as? BuildError)?.code == .commandFailed)
            #expect((second.outcome.error as? BuildError)?.code == .commandFailed)
            #expect(second.events.output == ["begun"])
        }
    }

    // MARK: Staleness

    private static let chained = """
        FROM tiny/base:1 AS first
        RUN cat /proc/sys/kernel/random/uuid > /id
        FROM first AS second
        RUN cp /id /copy
        FROM tiny/base:1
        COPY --from=second /copy /
        RUN cat /copy
        """

    @Test("--no-cache-filter runs a stage again and all that stands on it, and what it makes stays")
    func noCacheFilter() async throws {
        try await Self.lab { lab in
            let context = try lab.context(["Dockerfile": Self.chained])
            let first = try await lab.build(context, runner: "a")
            let again = try await lab.build(context, runner: "b", adjust: { $0.renewedStages = ["FIRST", "nothing"] })
            #expect(again.outcome.error == nil)
            #expect(again.verdicts == [.run, .run, .run, .run])
            #expect(again.events.output != first.events.output)
            #expect(again.events.warnings == ["--no-cache-filter: the build has no stage 'nothing'."])
            #expect(again.outcome.steps.first?.reason == "asked for by --no-cache-filter")
            let last = try await lab.build(context, runner: "c")
            #expect(last.verdicts == [.hit, .hit, .hit, .hit])
            #expect(last.outcome.config == again.outcome.config)
        }
    }

    @Test("What --no-cache made stays, also when the stage that it was copied from is evicted")
    func evictedAfterRenewal() async throws {
        try await withTemporaryDirectory { directory in
            let renewed = Mutex<BuildOutcome?>(nil)
            try await BuildLab.run(in: directory) { lab in
                try await lab.importImage(try await TinyImage.tar(in: directory), as: "tiny/base:1")
                let context = try lab.context(["Dockerfile": Self.chained])
                let first = try await lab.build(context, runner: "a")
                let second = try await lab.build(context, runner: "b", adjust: { $0.ignoresCache = true })
                #expect(second.outcome.config != first.outcome.config)
                renewed.withLock { $0 = second.outcome }
            }
            let outcome = try #require(renewed.withLock { $0 })
            try BuildLab.evict(outcome.steps.prefix(2).compactMap(\.key), in: directory.appending("root"))
            try await BuildLab.run(in: directory) { lab in
                let third = try await lab.build(directory.appending("context"), runner: "c")
                #expect(third.verdicts == [.skipped, .skipped, .hit, .hit])
                #expect(third.outcome.config == outcome.config)
            }
        }
    }

    @Test("--cache-max-age runs again what is older")
    func maximumAge() async throws {
        try await Self.lab { lab in
            let context = try lab.context(["Dockerfile": Self.chained])
            let first = try await lab.build(context, runner: "a")
            let young = try await lab.build(context, runner: "b", adjust: { $0.recordAgeMaximum = 3600 })
            #expect(young.verdicts == [.hit, .hit, .hit, .hit])
            #expect(young.outcome.config == first.outcome.config)
            // What was made before the day after tomorrow is too old.
            let old = try await lab.build(context, runner: "c", adjust: { $0.recordAgeMaximum = -172_800 })
            #expect(old.verdicts == [.run, .run, .run, .run])
            #expect(old.events.output != first.events.output)
            let last = try await lab.build(context, runner: "d")
            #expect(last.outcome.config == old.outcome.config)
        }
    }

    @Test("ARG, ENV, command and base image are told by name")
    func causes() async throws {
        try await Self.lab { lab in
            let text = "FROM tiny/base:1\nARG LEVEL\nENV MODE=a\nRUN echo $LEVEL > /level\n"
            let context = try lab.context(["Dockerfile": text])
            func build(_ runner: String, level: String) async throws -> String {
                let report = try await lab.build(
                    context, runner: runner, adjust: { $0.options.buildArguments["LEVEL"] = level })
                #expect(report.outcome.error == nil)
                return report.outcome.steps.first?.reason ?? ""
            }
            _ = try await build("a", level: "1")
            #expect(try await build("b", level: "2").hasPrefix("ARG LEVEL changed (since"))
            try lab.context(["Dockerfile": text.replacing("MODE", with: "NAME")])
            let renamed = try await build("c", level: "2")
            #expect(renamed.hasPrefix("ENV NAME is new; ENV MODE is gone (since"), "\(renamed)")
            try lab.context(["Dockerfile": text.replacing("> /level", with: "> /other")])
            let command = try await build("d", level: "2")
            #expect(command.hasPrefix("the command was: RUN echo $LEVEL > /level"), "\(command)")
            let tar = try await TinyImage.tar(in: lab.directory)
            try await lab.importImage(tar + [UInt8](repeating: 0, count: 512), as: "tiny/base:1")
            try lab.context(["Dockerfile": text])
            let base = try await build("e", level: "2")
            #expect(base.hasPrefix("the base image tiny/base:1 is another one"), "\(base)")
        }
    }
}
