import Build
import CacheAPI
import Chunking
import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// What the server learns of a build's end.
@Suite("Builds report how they ended")
struct OutcomeReportBuildTests {
    private static func history(_ lab: BuildLab) async throws -> ProjectHistory {
        // The server keeps it in memory until it stops.
        let file = lab.directory.appending("root/history/shop.json").string
        return try JSONDecoder().decode(
            ProjectHistory.self, from: try #require(FileManager.default.contents(atPath: file)))
    }

    @Test("What hit, what missed and why, what that cost, and which steps missed only because of it")
    func outcomes() async throws {
        try await withTemporaryDirectory { directory in
            let lab = BuildLab(directory: directory, port: 0)
            try await BuildLab.run(in: directory) { lab in
                let dockerfile = """
                    FROM scratch AS files
                    COPY kept /kept
                    COPY src /src
                    WORKDIR /work
                    FROM scratch
                    COPY --from=files /src /src
                    """
                let files = ["Dockerfile": dockerfile, "kept": "1", "src/a": "1", "src/b": "2"]
                let context = try lab.context(files)
                let first = try await lab.build(context, runner: "a", adjust: { $0.writer = "runner-a" })
                #expect(first.outcome.error == nil)
                try lab.context(["src/a": "changed"])
                let second = try await lab.build(context, runner: "b", adjust: { $0.writer = "runner-b" })
                #expect(second.outcome.steps.map(\.cause) == [nil, .files, .parent, .inputs])
                #expect(second.outcome.steps[1].changed == ["src/a"])
                let third = try await lab.build(context, runner: "c", adjust: { $0.ignoresCache = true })
                #expect(third.outcome.steps.map(\.cause) == [.asked, .asked, .asked, .asked])
            }
            let history = try await Self.history(lab)
            #expect(history.builds.map(\.hits) == [0, 1, 0] && history.builds.map(\.misses) == [4, 3, 4])
            #expect(history.builds.map(\.writer) == ["", "runner-b", "runner-a"])
            #expect(history.builds.allSatisfy { $0.isDone && $0.subject == "shop/api" && $0.trace?.count == 32 })
            #expect(history.builds[2].sentBytes > 0)
            let steps = MissesAnswer(history, now: history.builds[0].ended) { _ in true }.steps
            let copy = try #require(steps.first { $0.instruction == "COPY src /src" })
            #expect(copy.causes == ["new": 1, "files": 1, "asked": 1])
            #expect(copy.changed.map(\.name) == ["src/a"] && copy.causedMisses == 2)
        }
    }

    @Test("A server that takes no reports breaks no build, and tells nobody")
    func refusal() async throws {
        try await BuildLab.run({ $0.anonymous = .read }) { lab in
            let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY a /a\n", "a": "1"])
            let report = try await lab.build(context, runner: "a", tag: nil)
            #expect(report.outcome.error == nil)
            #expect(!report.events.warnings.contains { $0.contains("outcome") || $0.contains("report") })
        }
    }
}
