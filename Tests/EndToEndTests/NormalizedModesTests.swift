import Build
import CacheAPI
import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// `--normalize-modes`: checkouts with another umask are the same.
@Suite struct NormalizedModesTests {
    private static let files = [
        "Dockerfile": "FROM scratch\nCOPY . /all/\nCOPY bin/tool /tool\n", "src/a": "a\n", "bin/tool": "tool\n",
        ".dockerignore": "Dockerfile\n",
    ]

    /// A checkout with `umask`, as Git makes it.
    private static func checkout(_ lab: BuildLab, _ umask: String) async throws -> FilePath {
        let context = try lab.context(files, named: "umask-\(umask)")
        try await TinyImage.shell(
            """
            umask "$2"; cd "$1"
            chmod "=rwX" . src bin; chmod "=rw" Dockerfile src/a .dockerignore; chmod "=rwx" bin/tool
            """, context.string, umask)
        return context
    }

    @Test func checkoutsWithAnotherUmaskHit() async throws {
        try await BuildLab.run { lab in
            let normalized = { @Sendable (request: inout BuildRequest) in request.normalizesModes = true }
            let first = try await lab.build(
                try await Self.checkout(lab, "077"), runner: "a", adjust: normalized)
            #expect(first.verdicts == [.run, .run])
            for umask in ["002", "022"] {
                let other = try await lab.build(
                    try await Self.checkout(lab, umask), runner: umask, adjust: normalized)
                #expect(other.verdicts == [.hit, .hit])
                #expect(other.outcome.config == first.outcome.config)
            }
            // The modes are in the key, so it does not matter how they came about.
            #expect(try await lab.build(try await Self.checkout(lab, "022"), runner: "b").verdicts == [.hit, .hit])
            #expect(try await lab.build(try await Self.checkout(lab, "002"), runner: "c").verdicts == [.run, .run])
            let config = try #require(first.outcome.config)
            let image = try await BuiltImageReader().image(config, port: lab.port)
            #expect(
                image.files.mapValues { String($0.mode, radix: 8) } == [
                    "/all": "755", "/all/bin": "755", "/all/bin/tool": "755", "/all/src": "755", "/all/src/a": "644",
                    "/all/.dockerignore": "644", "/tool": "755",
                ])
        }
    }

    @Test(.enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
    func mountsShowThemToo() async throws {
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "tiny/base:1")
            let context = try await Self.checkout(lab, "077")
            try lab.context(
                [
                    "Dockerfile": """
                    FROM tiny/base:1
                    RUN --mount=type=bind,target=/m cd /m && stat -c '%n %a' . src src/a bin/tool
                    """
                ], named: "umask-077")
            let report = try await lab.build(context, runner: "a", adjust: { $0.normalizesModes = true })
            #expect(report.events.output == [". 755", "src 755", "src/a 644", "bin/tool 755"])
        }
    }
}
