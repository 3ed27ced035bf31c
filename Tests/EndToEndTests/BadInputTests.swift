import Build
import CacheAPI
import Dockerfile
import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// What is wrong is named, and leaves nothing behind.
@Suite struct BadInputTests {
    @Test(arguments: [
        ("FROM scratch\nCOPPY a b\n", ["Dockerfile:2", "COPPY"]),
        ("FROM scratch\nCOPY missing /\n", ["Dockerfile:2", "missing"]),
        ("FROM scratch\nCOPY ../../etc/passwd /\n", ["Dockerfile:2", "etc/passwd"]),
        ("FROM scratch\nCOPY --from=nowhere /a /b\n", ["nowhere"]),
        ("FROM scratch AS a\nCOPY f /f\nFROM scratch\nCOPY --from=a /g /g\n", ["Dockerfile:4", "/g", "stage a"]),
        ("FROM no/such/image:1\n", ["no/such/image:1"]),
        ("FROM shop/UPPER:1\n", ["shop/UPPER:1"]),
        ("", ["Dockerfile:1", "FROM"]),
    ])
    func dockerfile(_ text: String, _ words: [String]) async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": text, "f": "f\n"])
            let report = try await lab.build(context, runner: "a")
            let message = "\(try #require(report.outcome.error))"
            for word in words { #expect(message.contains(word), "\(message)") }
            #expect(report.outcome.image == nil)
        }
    }

    /// A mistyped stage is taken for an image, which no registry has.
    @Test(arguments: [
        ("FROM scratch AS builder\nFROM scratch\nCOPY --from=buidler /f /f\n", "Dockerfile:3", "the stage `builder`?"),
        ("FROM scratch AS builder\nCOPY f /f\nFROM Bulder\n", "Dockerfile:3", "the stage `builder`?"),
        ("FROM scratch AS tools\nFROM scratch\nRUN --mount=from=tool,target=/t x\n", "Dockerfile:3", "stage `tools`?"),
        ("FROM base\nFROM scratch AS base\nFROM scratch\nCOPY --from=0 /f /f\n", "Dockerfile:1", "`base` begins below"),
        ("FROM scratch\nCOPY --from=asets /f /f\n", "Dockerfile:2", "the build context `assets`?"),
    ])
    func mistypedStage(_ text: String, _ place: String, _ words: String) async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": text, "f": "f\n"])
            // Without a server no registry is asked.
            let report = try await lab.build(context, runner: "a", port: 9) { request in
                request.options.contexts["assets"] = .directory("assets")
                request.contexts["assets"] = context
            }
            let message = "\(try #require(report.outcome.error))"
            #expect(message.contains(place) && message.contains(words), "\(message)")
        }
    }

    @Test func unknownTarget() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": "FROM scratch AS tests\nCOPY f /f\n", "f": "f\n"])
            let report = try await lab.build(context, runner: "a", adjust: { $0.options.target = "test" })
            let message = "\(try #require(report.outcome.error))"
            #expect(message.contains("`test`") && message.contains("tests"), "\(message)")
        }
    }

    /// A build that does not use the context ended well, and did not say that it is not there.
    @Test func contextsThatAreNotThere() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY f /f\n", "f": "f\n"])
            for file in ["absent", "f"] {
                let outcome = try await Subprocess.run(
                    .path(ServerProcess.executables.appending("larder")),
                    arguments: [
                        "build", "--server", "http://127.0.0.1:9", "--build-context", "docs=\(context)/\(file)",
                        context.string,
                    ], output: .discarded, error: .string(limit: 10_000))
                #expect(outcome.terminationStatus == .exited(64))
                let words = "--build-context docs: '\(context)/\(file)' is not a directory"
                #expect(outcome.standardError.contains(words), "\(outcome.standardError)")
            }
        }
    }

    @Test func missingDockerfileAndContext() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["f": "f\n"])
            let report = try await lab.build(context, runner: "a")
            #expect("\(try #require(report.outcome.error))".contains("--file"))
            let nowhere = try await lab.build(lab.directory.appending("nowhere"), runner: "a")
            #expect("\(try #require(nowhere.outcome.error))".contains("not a directory"))
        }
    }

    /// A link in the context does not lead out of it, which is not for .dockerignore to mend.
    @Test func linkOutOfTheContext() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY out/hostname /h\n"])
            try FileManager.default.createSymbolicLink(
                atPath: context.appending("out").string, withDestinationPath: "/etc")
            let report = try await lab.build(context, runner: "a")
            let message = "\(try #require(report.outcome.error))"
            #expect(message.contains("\"out/hostname\" is not in the build context: out is a link to /etc"))
            #expect(!message.contains("excludes"))
        }
    }

    @Test func unreachableServerCostsOneWarning() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY f /f\nCOPY f /g\n", "f": "f\n"])
            // Port 9 is discard's: nothing listens there.
            let report = try await lab.build(context, runner: "a", tag: nil, port: 9)
            #expect(report.outcome.error == nil)
            #expect(report.verdicts == [.run, .run])
            #expect(report.events.warnings.count == 1, "\(report.events.warnings)")
        }
    }

    /// A file that changes between hashing and copying is built and not recorded.
    @Test func changedFileIsNotRecorded() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context([
                "Dockerfile": "FROM scratch\nCOPY f /f\nCOPY g /g\n", "f": "old\n", "g": "g\n",
            ])
            let file = context.appending("f").string
            let report = try await lab.build(
                context, runner: "a",
                onEvent: { event in
                    guard case .began(_, let name) = event, name.contains("COPY f") else { return }
                    try? Data("new and longer\n".utf8).write(to: URL(filePath: file))
                })
            #expect(report.outcome.error == nil)
            #expect(report.events.warnings.contains { $0.contains("/f changed") }, "\(report.events.warnings)")
            try lab.context(["f": "old\n"])
            let second = try await lab.build(context, runner: "b")
            #expect(second.verdicts == [.run, .run])
        }
    }
}
