import Build
import CacheAPI
import Dockerfile
import FoundationEssentials
import NIOCore
import NIOPosix
import SystemPackage
import TestSupport
import Testing

/// What `RUN --mount` shows, what becomes of it, and what a step key has of it.
@Suite(.serialized, .enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
struct MountBuildTests {
    private static func lab(_ body: @Sendable (BuildLab) async throws -> Void) async throws {
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "tiny/base:1")
            try await body(lab)
        }
    }

    /// What is left mounted or in the working directory of a runner.
    private static func leftovers(_ lab: BuildLab, _ runner: String) throws -> [String] {
        let state = lab.directory.appending("runner-\(runner)")
        let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
        return try FileManager.default.contentsOfDirectory(atPath: state.appending("work").string)
            + mounts.split(separator: "\n").map(String.init).filter { $0.contains(state.string) }
    }

    @Test func bindFromTheContextIsKeyedByContent() async throws {
        try await Self.lab { lab in
            let context = try lab.context([
                "Dockerfile": """
                FROM tiny/base:1
                WORKDIR /w
                RUN --mount=target=. --mount=source=src/a.txt,target=/one cat src/a.txt /one; ls; stat -c '%u %g' src
                RUN --mount=source=src,target=/rw,rw echo more >> /rw/a.txt && cat /rw/a.txt && touch /rw/new
                RUN ls -A / /w && test ! -e /one
                """,
                ".dockerignore": "secret\nDockerfile\n.dockerignore\n", "src/a.txt": "a\n", "secret": "hidden\n",
            ])
            let first = try await lab.build(context, runner: "a")
            #expect(first.outcome.error == nil)
            let lines = first.events.output
            #expect(lines.prefix(6) == ["a", "a", "src", "0 0", "a", "more"])
            #expect(!lines.contains("one") && !lines.contains("rw"))
            #expect(try Self.leftovers(lab, "a") == [])
            #expect(try String(contentsOfFile: context.appending("src/a.txt").string, encoding: .utf8) == "a\n")
            let second = try await lab.build(context, runner: "b")
            #expect(second.verdicts == [.hit, .hit, .hit, .hit])
            // What is ignored does not count, what is mounted does.
            try lab.context(["secret": "changed\n"])
            #expect(try await lab.build(context, runner: "c").verdicts == [.hit, .hit, .hit, .hit])
            try lab.context(["src/a.txt": "b\n"])
            let changed = try await lab.build(context, runner: "d")
            #expect(changed.verdicts == [.hit, .run, .run, .run])
            #expect(changed.events.output.prefix(2) == ["b", "b"])
        }
    }

    @Test func bindFromAStageAndAnImageIsKeyedByContent() async throws {
        try await Self.lab { lab in
            let text = """
                FROM tiny/base:1 AS made
                RUN mkdir -p /out/deep && echo made > /out/deep/f && ln -s /out/deep /link && echo one
                FROM tiny/base:1
                RUN --mount=from=made,source=/link,target=/m --mount=from=tiny/base:1,target=/img,rw \\
                    cat /m/f && ls /img && echo x > /img/etc/passwd && cat /m/f > /kept
                """
            let context = try lab.context(["Dockerfile": text])
            let first = try await lab.build(context, runner: "a")
            #expect(first.outcome.error == nil)
            #expect(first.events.output == ["one", "made", "bin", "etc", "tmp", "usr"])
            #expect(try Self.leftovers(lab, "a") == [])
            // The stage is rebuilt with an equal result.
            try lab.context(["Dockerfile": text.replacing("echo one", with: "echo two")])
            let second = try await lab.build(context, runner: "b")
            #expect(second.verdicts == [.run, .hit])
            try lab.context(["Dockerfile": text.replacing("echo made", with: "echo remade")])
            let third = try await lab.build(context, runner: "c")
            #expect(third.verdicts == [.run, .run])
            let missing = text.replacing("source=/link", with: "source=/absent")
            try lab.context(["Dockerfile": missing])
            let failed = try await lab.build(context, runner: "d")
            let error = "\(try #require(failed.outcome.error))"
            #expect(error.contains("Dockerfile:4") && error.contains("/absent is not in the stage made"), "\(error)")
            #expect(try Self.leftovers(lab, "d") == [])
        }
    }

    @Test func cachesStayOnTheRunnerAndOutOfKeysAndImages() async throws {
        try await Self.lab { lab in
            let text = """
                FROM tiny/base:1
                RUN --mount=type=cache,target=/c,mode=0750,uid=7,gid=8 stat -c '%a %u %g' /c && echo 1 >> /c/n && cat /c/n
                RUN --mount=type=cache,target=/c,id=other ls -A /c
                RUN --mount=type=cache,target=/c,mode=0750,uid=7,gid=8,ro touch /c/x 2>/dev/null || echo read-only
                RUN test ! -e /c
                """
            let context = try lab.context(["Dockerfile": text])
            let first = try await lab.build(context, runner: "a")
            #expect(first.outcome.error == nil)
            #expect(first.events.output.prefix(2) == ["750 7 8", "1"])
            #expect(first.events.output.dropFirst(2).last == "read-only" && !first.events.output.contains("n"))
            // Another runner has no cache, and needs none.
            #expect(try await lab.build(context, runner: "b").verdicts == [.hit, .hit, .hit, .hit])
            let again = try await lab.build(context, runner: "a", adjust: { $0.ignoresCache = true })
            #expect(again.events.output.prefix(3) == ["750 7 8", "1", "1"])
            // Who may use it when is nothing that the command sees.
            try lab.context(["Dockerfile": text.replacing("id=other", with: "id=other,sharing=locked")])
            #expect(try await lab.build(context, runner: "c").verdicts == [.hit, .hit, .hit, .hit])
            let project = try ProjectName.named("elsewhere")
            let other = try await lab.build(
                context, runner: "a",
                adjust: { request in
                    request.ignoresCache = true
                    request.project = project
                })
            #expect(other.events.output.prefix(3) == ["750 7 8", "1", other.events.output[2]])
            #expect(other.events.output[2] != "1")
            #expect(try Self.leftovers(lab, "a") == [])
        }
    }

    @Test func cacheBeginsWithTheFilesOfAStage() async throws {
        try await Self.lab { lab in
            let context = try lab.context([
                "Dockerfile": """
                FROM tiny/base:1 AS seed
                RUN mkdir -p /s/d && echo seed > /s/d/f
                FROM tiny/base:1
                RUN --mount=type=cache,target=/c,from=seed,source=/s cat /c/d/f && echo grown >> /c/d/f
                RUN --mount=type=cache,target=/c,from=seed,source=/s cat /c/d/f
                """
            ])
            let report = try await lab.build(context, runner: "a")
            #expect(report.outcome.error == nil)
            #expect(report.events.output == ["seed", "seed", "grown"])
        }
    }

    /// One after the other with `locked`, each its own with `private`.
    @Test(.timeLimit(.minutes(5)))
    func sharingOfCaches() async throws {
        try await Self.lab { lab in
            func text(_ sharing: String) -> String {
                let mount = "--mount=type=cache,target=/c,id=\(sharing),sharing=\(sharing)"
                // Both stages run side by side; whoever comes second finds what the first one left, or nothing.
                let body =
                    ": \(sharing); ls -A /c > /seen && touch /c/begun && sleep 1 && rm /c/begun && touch /c/ended"
                return """
                    FROM tiny/base:1 AS a
                    RUN \(mount) \(body)
                    FROM tiny/base:1 AS b
                    RUN \(mount) \(body) && echo b
                    FROM tiny/base:1
                    COPY --from=a /seen /a
                    COPY --from=b /seen /b
                    RUN cat /a /b
                    """
            }
            let locked = try await lab.build(try lab.context(["Dockerfile": text("locked")]), runner: "a")
            #expect(locked.events.output == ["b", "ended"])
            let own = try await lab.build(try lab.context(["Dockerfile": text("private")]), runner: "a")
            #expect(own.events.output == ["b"])
        }
    }

    @Test func tmpfsIsEmptyAndBounded() async throws {
        try await Self.lab { lab in
            let context = try lab.context([
                "Dockerfile": """
                FROM tiny/base:1
                RUN --mount=type=tmpfs,target=/tmp,size=1m ls -A /tmp; stat -f -c %T /tmp; \\
                    head -c 2000000 /dev/zero 2>/dev/null > /tmp/x || echo full
                """
            ])
            let report = try await lab.build(context, runner: "a")
            #expect(report.outcome.error == nil)
            #expect(report.events.output.first == "tmpfs")
            #expect(report.events.output.last == "full")
        }
    }

    @Test func agentIsForwarded() async throws {
        try await Self.lab { lab in
            let agent = lab.directory.appending("agent")
            let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo()) }
                }
                .bind(unixDomainSocketPath: agent.string).get()
            let context = try lab.context([
                "Dockerfile": """
                FROM tiny/base:1
                RUN --mount=type=ssh,required,uid=1000,mode=0640 stat -c '%F %a %u' $SSH_AUTH_SOCK
                RUN --mount=type=ssh,id=absent ls -A / && test ! -e /run
                """
            ])
            let refused = try await lab.build(context, runner: "a")
            #expect("\(try #require(refused.outcome.error))".contains("--ssh default"))
            let built = try await lab.build(context, runner: "a", adjust: { $0.agents = ["default": agent] })
            #expect(built.outcome.error == nil)
            #expect(built.events.output.first == "socket 640 1000")
            #expect(try Self.leftovers(lab, "a") == [])
            try await listener.close()
            // Who the agent is does not count.
            let other = try await lab.build(context, runner: "b", adjust: { $0.agents = ["default": "/nowhere"] })
            #expect(other.verdicts == [.hit, .hit])
            let dead = try await lab.build(
                context, runner: "c",
                adjust: { request in
                    request.ignoresCache = true
                    request.agents = ["default": "/nowhere"]
                })
            #expect("\(try #require(dead.outcome.error))".contains("does not answer at /nowhere"))
        }
    }

    /// Sends back what it gets.
    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(data, promise: nil)
        }
    }
}
