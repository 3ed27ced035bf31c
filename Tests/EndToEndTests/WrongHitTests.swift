import Build
import CacheAPI
import Chunking
import Dockerfile
import FoundationEssentials
import OCI
import SystemPackage
import TestSupport
import Testing

/// Cases in which a cache that is careless about what it keys or records gives an image of something else.
@Suite(.serialized, .enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
struct WrongHitTests {
    private static func lab(_ body: @Sendable (BuildLab) async throws -> Void) async throws {
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "tiny/base:1")
            try await body(lab)
        }
    }

    /// A link that a wildcard matched led out of what the step's key covered.
    @Test func wildcardMatchesALinkOutOfItsDirectory() async throws {
        try await Self.lab { lab in
            let context = try lab.context([
                "Dockerfile": """
                FROM tiny/base:1 AS build
                COPY lib /usr/lib/libfoo.so.1
                RUN mkdir /out && ln -s /usr/lib/libfoo.so.1 /out/libfoo.so
                FROM tiny/base:1
                COPY --from=build /out/*.so /lib/
                RUN cat /lib/libfoo.so
                """,
                "lib": "old\n",
            ])
            let first = try await lab.build(context, runner: "a")
            #expect(first.events.output == ["old"])
            try lab.context(["lib": "new\n"])
            let second = try await lab.build(context, runner: "b")
            #expect(second.outcome.error == nil)
            #expect(second.events.output == ["new"])
        }
    }

    /// With --no-cache the key of a COPY from a stage was that of the stage's earlier result.
    @Test func noCacheRecordsWhatWasCopied() async throws {
        try await Self.lab { lab in
            let context = try lab.context([
                "Dockerfile": """
                FROM tiny/base:1 AS a
                RUN --mount=type=secret,id=version cat /run/secrets/version > /v
                FROM tiny/base:1
                COPY --from=a /v /v
                RUN cat /v
                """
            ])
            func build(_ version: String, _ runner: String, noCache: Bool) async throws -> BuildLab.Report {
                try await lab.build(
                    context, runner: runner,
                    adjust: {
                        $0.secrets = ["version": .value(version)]
                        $0.ignoresCache = noCache
                    })
            }
            #expect(try await build("1", "a", noCache: false).events.output == ["1"])
            #expect(try await build("2", "b", noCache: true).events.output == ["2"])
            #expect(try await build("1", "c", noCache: true).events.output == ["1"])
            // Stage a is version 1 now, and what was built on version 1 belongs to it.
            let last = try await build("1", "d", noCache: false)
            #expect(last.verdicts == [.hit, .hit, .hit])
            let check = try lab.context(
                ["Dockerfile": "FROM shop/api:1\nRUN cat /v\n"], named: "check")
            #expect(try await lab.build(check, runner: "e", tag: nil).events.output == ["1"])
        }
    }

    /// Directories that are in the image kept neither owner nor mode when an archive was added below them.
    @Test func addedArchiveLeavesDirectoriesAsTheyAre() async throws {
        try await Self.lab { lab in
            let context = try lab.context([
                "Dockerfile": """
                FROM tiny/base:1
                RUN mkdir -p /home/app/sub && chown -R app:app /home/app && chmod 750 /home/app
                ADD files.tar /home/app/
                ADD files.tar /tmp/
                RUN stat -c '%n %U %a' /home/app /home/app/sub /tmp && cat /home/app/sub/f
                """
            ])
            let shell =
                "cd '\(context)' && mkdir sub && echo f >sub/f && tar --create --file files.tar sub/f && rm -r sub"
            try await TinyImage.shell(shell)
            let report = try await lab.build(context, runner: "a")
            #expect(report.outcome.error == nil)
            #expect(report.events.output == ["/home/app app 750", "/home/app/sub app 755", "/tmp root 1777", "f"])
        }
    }

    /// A match without the file that the pattern goes on with failed the build.
    @Test func wildcardDirectoryWithoutTheFileIsLeftOut() async throws {
        try await Self.lab { lab in
            let context = try lab.context([
                "Dockerfile": "FROM scratch\nCOPY packages/*/package.json /all/\n", "packages/a/package.json": "a\n",
                "packages/README.md": "no package\n", "packages/b/other": "no package\n",
            ])
            let report = try await lab.build(context, runner: "a")
            #expect(report.outcome.error == nil)
            #expect(report.verdicts == [.run])
        }
    }

    /// Of a stage on which another stands whose steps all hit, history had layers at the wrong lines and no times.
    @Test func historyTellsOfAStageBelowHits() async throws {
        try await Self.lab { lab in
            let context = try lab.context([
                "Dockerfile": """
                FROM tiny/base:1 AS a
                WORKDIR /in
                COPY lib /in/
                FROM a
                WORKDIR /in
                COPY lib /other
                """,
                "lib": "lib\n",
            ])
            let first = try await lab.build(context, runner: "a")
            let second = try await lab.build(context, runner: "b")
            #expect(second.outcome.runCount == 0)
            #expect(second.outcome.config == first.outcome.config)
            let empty = try await lab.configuration(of: second).history?.map { $0.emptyLayer == true }
            #expect(empty == [false, false, false, true, false])
        }
    }

    /// A layer that the server promised and cannot give any more failed this build and all that came after it.
    @Test(.timeLimit(.minutes(5)))
    func lostLayerOfAHitIsBuiltAgain() async throws {
        try await withTemporaryDirectory { directory in
            let root = directory.appending("root")
            let dockerfile = "FROM tiny/base:1\nRUN head -c 300000 /dev/urandom > /big\nRUN echo one\n"
            try await ServerProcess.run(root: root) { server in
                let lab = BuildLab(directory: directory, port: server.port)
                try await lab.importImage(try await TinyImage.tar(in: directory), as: "tiny/base:1")
                let context = try lab.context(["Dockerfile": dockerfile])
                #expect(try await lab.build(context, runner: "a").outcome.error == nil)
            }
            // The random bytes are the last thing of that size.
            let damage = """
                file=$(ls -t "$1"/chunks/* | head -n 1)
                head -c 100000 /dev/zero \\
                    | dd of="$file" bs=1 seek=$(($(stat -c %s "$file") - 200000)) conv=notrunc status=none
                """
            try await TinyImage.shell(damage, root.string)
            try await ServerProcess.run(root: root) { server in
                let lab = BuildLab(directory: directory, port: server.port)
                let context = try lab.context(["Dockerfile": dockerfile.replacing("one", with: "two")])
                let report = try await lab.build(context, runner: "b")
                #expect(report.outcome.error == nil)
                #expect(report.verdicts == [.run, .run])
                #expect(report.events.warnings.count { $0.contains("built again") } == 1)
                let next = try lab.context(["Dockerfile": dockerfile.replacing("one", with: "three")])
                let after = try await lab.build(next, runner: "c")
                #expect(after.outcome.error == nil)
                #expect(after.verdicts == [.hit, .run], "\(after.events.warnings)")
            }
        }
    }
}
