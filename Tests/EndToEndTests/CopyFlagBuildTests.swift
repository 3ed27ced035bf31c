import Build
import Chunking
import Dockerfile
import SystemPackage
import TestSupport
import Testing

/// The flags of COPY and ADD, from the Dockerfile to the files of the image.
@Suite struct CopyFlagBuildTests {
    private static let files = [
        "app/main.py": "main", "app/main.pyc": "cache", "app/deep/more.py": "more", "app/deep/more.pyc": "cache",
        "lib/one/a.txt": "a", "lib/two/b.txt": "b", "lib/two/c.md": "c", "readme": "read me",
    ]

    private static func build(
        _ dockerfile: String, _ body: @Sendable (BuildLab, FilePath, BuildLab.Report) async throws -> Void
    ) async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(files.merging(["Dockerfile": dockerfile]) { $1 })
            let report = try await lab.build(context, runner: "a")
            #expect(report.outcome.error == nil)
            try await body(lab, context, report)
        }
    }

    private static func names(_ lab: BuildLab, _ report: BuildLab.Report) async throws -> [String] {
        try await lab.files(of: report).filter { $0.value.entry.kind == .file }.keys.sorted()
    }

    @Test func excludedFilesAreLeftOut() async throws {
        let text = "FROM scratch\nCOPY --exclude=**/*.pyc app /app\nCOPY --exclude=* lib /lib\n"
        try await Self.build(text) { lab, context, report in
            #expect(try await Self.names(lab, report) == ["/app/deep/more.py", "/app/main.py"])
            #expect(try await lab.files(of: report)["/lib/one"] == nil)
            try lab.context(["app/main.pyc": "another cache"])
            #expect(try await lab.build(context, runner: "b").verdicts == [.hit, .hit])
            try lab.context(["Dockerfile": text.replacing("**/*.pyc", with: "**/*.py")])
            let other = try await lab.build(context, runner: "c")
            #expect(other.verdicts == [.run, .run])
            #expect(try await Self.names(lab, other) == ["/app/deep/more.pyc", "/app/main.pyc"])
        }
    }

    @Test func excludedFilesOfAStageAreLeftOut() async throws {
        let text =
            "FROM scratch AS all\nCOPY . /all/\nFROM scratch\nCOPY --from=all --exclude=one --exclude=**/*.md /all/lib /\n"
        try await Self.build(text) { lab, context, report in
            #expect(try await Self.names(lab, report) == ["/two/b.txt"])
            #expect(try await lab.build(context, runner: "b").verdicts.last == .hit)
            try lab.context(["Dockerfile": text.replacing("--exclude=one ", with: "")])
            let other = try await lab.build(context, runner: "c")
            #expect(other.verdicts.last == .run)
            #expect(try await Self.names(lab, other) == ["/one/a.txt", "/two/b.txt"])
        }
    }

    @Test func parentsAreKept() async throws {
        let text = """
            FROM scratch AS files
            COPY lib /from/lib
            FROM scratch
            COPY --parents lib/**/*.txt readme /all/
            COPY --parents ./lib/./two /pivot/
            COPY --parents --from=files /from/./lib/*/b.* /stage/
            """
        try await Self.build(text) { lab, context, report in
            let expected = [
                "/all/lib/one/a.txt", "/all/lib/two/b.txt", "/all/readme", "/pivot/two/b.txt", "/pivot/two/c.md",
                "/stage/lib/two/b.txt",
            ]
            #expect(try await Self.names(lab, report) == expected)
            try lab.context(["lib/two/c.md": "changed"])
            #expect(try await lab.build(context, runner: "b").verdicts == [.run, .hit, .run, .run])
            try lab.context(["Dockerfile": text.replacing("--parents --from", with: "--from")])
            let moved = try await lab.build(context, runner: "c")
            #expect(moved.verdicts == [.hit, .hit, .hit, .run])
            try lab.context(["Dockerfile": "FROM scratch\nCOPY --parents lib/none /x/\n"])
            let missing = try await lab.build(context, runner: "c")
            #expect("\(try #require(missing.outcome.error))".contains("\"lib/none\" is not in the build context"))
        }
    }

    /// What Docker 28.5 makes of the same Dockerfile.
    @Test func resultsAreThoseOfDocker() async throws {
        let text = #"""
            FROM scratch
            COPY --exclude=* readme /excluded/
            COPY readme app/main.py /multi
            COPY <<EOT /doc
            a\nb \$x "q"
            EOT
            COPY ../readme /up
            COPY --chmod=g=u --chown=5:6 lib /lib/
            """#
        try await Self.build(text) { lab, _, report in
            let files = try await lab.files(of: report)
            #expect(files["/excluded/readme"]?.text == "read me")
            #expect(files["/multi"]?.text == "main")
            #expect(files["/doc"]?.text == "anb $x \"q\"\n")
            #expect(files["/up"]?.text == "read me")
            #expect(files["/lib"]?.entry.mode == 0o755)
            #expect(files["/lib"]?.entry.uid == 5)
            #expect(files["/lib/one/a.txt"]?.entry.mode == 0o664)
            #expect(report.events.warnings.count == 2)
        }
    }

    @Test func symbolicModesApplyToEachFile() async throws {
        let text = "FROM scratch\nCOPY --chmod=go=,u+x readme /\nCOPY --chmod=u=rwX,go=rX lib /lib\n"
        try await Self.build(text) { lab, context, report in
            let files = try await lab.files(of: report)
            #expect(files["/readme"]?.entry.mode == 0o700)
            #expect(files["/lib/one"]?.entry.mode == 0o755)
            #expect(files["/lib/one/a.txt"]?.entry.mode == 0o644)
            try lab.context(["Dockerfile": text.replacing("u+x", with: "u=x")])
            #expect(try await lab.build(context, runner: "b").verdicts == [.run, .run])
        }
    }

    /// A linked copy is a hit on another base, and what stands on it is not.
    @Test func linkedCopiesAreHitsOnOtherBases() async throws {
        let text = """
            FROM scratch
            COPY readme /first
            COPY --link app /app
            COPY --link <<EOF /inline
            text
            EOF
            COPY lib /lib
            """
        try await Self.build(text) { lab, context, report in
            #expect(report.verdicts == [.run, .run, .run, .run])
            #expect(try await lab.build(context, runner: "b").verdicts == [.hit, .hit, .hit, .hit])
            try lab.context(["readme": "changed"])
            let rebased = try await lab.build(context, runner: "c", tag: "shop/api:2")
            #expect(rebased.outcome.error == nil)
            #expect(rebased.verdicts == [.run, .hit, .hit, .run])
            let files = try await lab.files(of: rebased)
            #expect(files["/first"]?.text == "changed")
            #expect(files["/app/main.py"]?.text == "main")
            #expect(files["/inline"]?.text == "text\n")
            #expect(files["/lib/two/b.txt"]?.text == "b")
            let again = try await lab.build(context, runner: "d")
            #expect(again.verdicts == [.hit, .hit, .hit, .hit])
            #expect(again.outcome.config == rebased.outcome.config)
            try lab.context(["app/main.py": "changed"])
            let changed = try await lab.build(context, runner: "e")
            #expect(changed.verdicts == [.hit, .run, .hit, .run])
            #expect(try await lab.files(of: changed)["/app/main.py"]?.text == "changed")
            try lab.context(["Dockerfile": text.replacing("/inline", with: "/outline")])
            #expect(try await lab.build(context, runner: "f").verdicts == [.hit, .hit, .run, .run])
        }
    }

    @Test func namedContextsAreCopiedFrom() async throws {
        try await BuildLab.run { lab in
            let docs = try lab.context(
                ["guide": "guide", "draft": "draft", ".dockerignore": "draft\n"], named: "docs")
            let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY --from=docs / /docs/\n"])
            func build(_ runner: String) async throws -> BuildLab.Report {
                try await lab.build(context, runner: runner) { request in
                    request.options.contexts = ["docs": .directory("docs")]
                    request.contexts = ["docs": docs]
                }
            }
            let first = try await build("a")
            #expect(first.outcome.error == nil)
            #expect(try await Self.names(lab, first).contains("/docs/guide"))
            #expect(try await !Self.names(lab, first).contains("/docs/draft"))
            #expect(try await build("b").verdicts == [.hit])
            try lab.context(["guide": "changed"], named: "docs")
            #expect(try await build("c").verdicts == [.run])
        }
    }
}
