import FoundationEssentials
import HitRates
import Subprocess
import SystemPackage
import Testing

/// Histories of a real Git repository.
@Suite struct RecordingTests {
    private func record(
        _ commits: [[String: String]], _ change: (inout HistoryRecording) -> Void = { _ in }
    ) async throws -> Trace {
        let root = FileManager.default.temporaryDirectory.appending(path: "recording-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        let repository = root.appending(path: "shop")
        try FileManager.default.createDirectory(at: repository, withIntermediateDirectories: true)
        func git(_ arguments: String...) async throws {
            let ended = try await Subprocess.run(
                .name("git"),
                arguments: Arguments(
                    ["-C", repository.path, "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
                        + arguments),
                output: .discarded, error: .string(limit: 10_000))
            try #require(ended.terminationStatus.isSuccess, "\(ended.standardError)")
        }
        try await git("init", "-q")
        for files in commits {
            for (name, text) in files {
                try text.write(toFile: repository.appending(path: name).path, atomically: false, encoding: .utf8)
            }
            try await git("add", "-A")
            try await git("commit", "-q", "--allow-empty", "-m", "x")
        }
        var recording = HistoryRecording(of: FilePath(repository.path))
        change(&recording)
        return try await recording.run(in: FilePath(root.path)) { _, _ in }
    }

    @Test func commitsBecomeBuildsThatShareWhatIsTheSame() async throws {
        let dockerfile = "FROM debian:13\nLABEL a=1\nRUN apt-get update\nCOPY app.py /srv/\nRUN make\n"
        let trace = try await record([
            ["Dockerfile": dockerfile, "app.py": "1", "README": "1"], ["README": "2"], ["app.py": "2"],
        ])
        #expect(trace.builds.map(\.failure) == [nil, nil, nil])
        #expect(trace.builds[0].stages == trace.builds[1].stages)
        #expect(trace.steps.count == 4)
        #expect(trace.lines.count == 5)
        let text = String(decoding: try trace.encoded(), as: UTF8.self)
        for word in ["apt", "app.py", "debian", "srv"] { #expect(!text.contains(word), "\(word)") }
        let result = Replay(trace).run([.larder])[0]
        #expect((result.steps, result.hits) == (9, 4))
    }

    @Test func aCommitWithoutDockerfileIsNoted() async throws {
        let trace = try await record([["README": "1"], ["Dockerfile": "FROM scratch\nCOPY README /\n"]])
        #expect(trace.builds.map { $0.failure != nil } == [true, false])
    }

    @Test func costsAreThoseOfTheFirstRuleThatFits() async throws {
        let trace = try await record([["Dockerfile": "FROM debian\nRUN apt-get update\nRUN true\n"]]) { recording in
            recording.costs =
                (try? CostRule.list(
                    decoding: Data(#"[{"contains":"apt-get","seconds":30,"bytes":7}]"#.utf8), named: "costs")) ?? []
        }
        #expect(trace.steps.map(\.seconds) == [30, nil])
        #expect(trace.steps.map(\.bytes) == [7, nil])
    }

    @Test func whatIsNoRepositoryIsRefused() async throws {
        let recording = HistoryRecording(of: "/nowhere")
        await #expect(throws: HitRatesError.self) {
            try await recording.run(in: FilePath(FileManager.default.temporaryDirectory.path)) { _, _ in }
        }
    }
}
