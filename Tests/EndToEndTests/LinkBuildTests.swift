import Build
import Chunking
import Dockerfile
import SystemPackage
import TestSupport
import Testing

/// Names of one file, hard links, in what a COPY takes.
@Suite struct LinkBuildTests {
    private static let dockerfile = """
        FROM scratch AS first
        COPY d /d
        FROM scratch
        COPY --from=first --exclude=a /d /e
        COPY d/a d/b d /f/
        """

    private static func context(_ lab: BuildLab, _ dockerfile: String = dockerfile) async throws -> FilePath {
        let context = try lab.context([
            "Dockerfile": dockerfile, "d/a": "text\n", "d/deep/other": "text\n",
        ])
        try await TinyImage.shell(
            "cd \"$1/d\"; for name in b c deep/d; do ln -f a $name; done; find . -exec touch -d @1700000000 {} +",
            context.string)
        return context
    }

    private static func names(_ files: [String: BuiltFile]) -> [String: String] {
        files.filter { $0.value.entry.kind != .directory }.mapValues { file in
            file.entry.kind == .hardlink ? "= \(String(decoding: file.entry.linkTarget, as: UTF8.self))" : file.text
        }
    }

    @Test func namesOfOneFileStayNamesOfOneFile() async throws {
        try await BuildLab.run { lab in
            let report = try await lab.build(try await Self.context(lab), runner: "a")
            #expect(report.outcome.error == nil)
            #expect(
                Self.names(try await lab.files(of: report)) == [
                    // What a filter leaves.
                    "/e/b": "text\n", "/e/c": "= e/b", "/e/deep/d": "= e/b", "/e/deep/other": "text\n",
                    // Files that are sources themselves have one name; what replaces them has its own.
                    "/f/a": "text\n", "/f/b": "= f/a", "/f/c": "= f/a", "/f/deep/d": "= f/a", "/f/deep/other": "text\n",
                ])
            let again = try await lab.build(lab.directory.appending("context"), runner: "b")
            #expect(again.verdicts == [.hit, .hit, .hit])
        }
    }

    /// Whether files are the same is part of what is copied: equal bytes do not make it a hit.
    @Test func equalFilesThatAreNoLinksAreAnotherLayer() async throws {
        try await BuildLab.run { lab in
            let context = try await Self.context(
                lab, "FROM scratch AS first\nCOPY d /d\nFROM scratch\nCOPY --from=first /d /e\n")
            let linked = try await lab.build(context, runner: "a")
            try await TinyImage.shell("cd \"$1/d\"; cp -p a new; mv new c", context.string)
            let parted = try await lab.build(context, runner: "a")
            #expect(parted.verdicts == [.run, .run])
            #expect(parted.events.reasons.contains { $0.contains("d/c changed") }, "\(parted.events.reasons)")
            #expect(Self.names(try await lab.files(of: parted))["/e/c"] == "text\n")
            #expect(Self.names(try await lab.files(of: linked))["/e/c"] == "= e/a")
            try await TinyImage.shell("cd \"$1/d\"; ln -f a c; touch -d @1700000000 . a", context.string)
            let again = try await lab.build(context, runner: "b")
            #expect(again.verdicts == [.hit, .hit])
            #expect(again.outcome.config == linked.outcome.config)
        }
    }

    /// A name of the file outside of what is copied is no other name there.
    @Test func namesElsewhereDoNotCount() async throws {
        try await BuildLab.run { lab in
            let context = try await Self.context(lab, "FROM scratch\nCOPY d/deep /d\n")
            let linked = try await lab.build(context, runner: "a")
            try await TinyImage.shell("cd \"$1/d/deep\"; cp -p d new; mv new d; touch -d @1700000000 .", context.string)
            let parted = try await lab.build(context, runner: "a")
            #expect(parted.verdicts == [.hit])
            #expect(parted.outcome.config == linked.outcome.config)
        }
    }
}
