import Dockerfile
import Testing

/// `RUN --mount`, after the Dockerfile reference.
struct MountTests {
    private func mounts(_ flags: String, before: String = "") throws -> [RunMount] {
        try stage("\(before)\nRUN \(flags) true").runs[0].mounts
    }

    @Test func secretMounts() throws {
        #expect(
            try mounts("--mount=type=secret,id=token") == [
                .secret(SecretMount(id: "token", target: "/run/secrets/token"))
            ])
        #expect(
            try mounts("--mount=type=secret,id=aws,target=/root/.aws,required,mode=0440,uid=7,gid=8") == [
                .secret(SecretMount(id: "aws", target: "/root/.aws", required: true, mode: 0o440, uid: 7, gid: 8))
            ])
        #expect(
            try mounts("--mount=type=secret,src=key,env=KEY") == [
                .secret(SecretMount(id: "key", target: nil, environmentVariable: "KEY"))
            ])
        #expect(
            try mounts("--mount=type=secret,dst=etc/npmrc,required=true") == [
                .secret(SecretMount(id: "npmrc", target: "/etc/npmrc", required: true))
            ])
        #expect(
            try mounts("--mount=type=secret,id=x,env=,target=/x") == [
                .secret(SecretMount(id: "x", target: "/x", environmentVariable: "x"))
            ])
    }

    @Test func bindMounts() throws {
        #expect(
            try mounts("--mount=target=.", before: "WORKDIR /src") == [
                .bind(BindMount(source: .context, path: "", target: "/src", isWritable: false))
            ])
        #expect(
            try mounts("--mount=type=bind,source=/a/../b/./c,target=x,rw", before: "WORKDIR /src") == [
                .bind(BindMount(source: .context, path: "b/c", target: "/src/x", isWritable: true))
            ])
        #expect(
            try mounts("--mount=src=../../etc,dst=/x,ro,readwrite=false") == [
                .bind(BindMount(source: .context, path: "etc", target: "/x", isWritable: false))
            ])
        let stages = try plan(
            """
            FROM one AS First
            FROM scratch
            RUN --mount=from=first,source=/out,target=/a --mount=from=busybox,target=/b --mount=from=0,target=/c x
            """
        ).stages
        #expect(
            stages[1].runs[0].mounts == [
                .bind(BindMount(source: .stage(0), path: "out", target: "/a", isWritable: false)),
                .bind(BindMount(source: .image("busybox"), path: "", target: "/b", isWritable: false)),
                .bind(BindMount(source: .stage(0), path: "", target: "/c", isWritable: false)),
            ])
    }

    @Test func mountedStagesAndImagesAreNeeded() throws {
        let text = """
            FROM one AS a
            FROM two AS b
            FROM scratch
            RUN --mount=from=a,target=/x --mount=from=img,target=/y z
            """
        let file = try Dockerfile(parsing: Array(text.utf8), file: "Dockerfile")
        #expect(try file.requiredImages(options: .init()).map(\.name) == ["one", "img"])
        #expect(try plan(text).stages.map(\.name) == ["a", "2"])
    }

    @Test func cacheMounts() throws {
        #expect(
            try mounts("--mount=type=cache,target=/root/.cache/") == [
                .cache(CacheMount(id: "/root/.cache", target: "/root/.cache"))
            ])
        #expect(
            try mounts(
                "--mount=type=cache,id=apt,sharing=locked,target=c,mode=1777,uid=1,gid=2,ro", before: "WORKDIR /w") == [
                    .cache(
                        CacheMount(
                            id: "apt", target: "/w/c", sharing: .locked, isReadOnly: true, mode: 0o1777, uid: 1,
                            gid: 2))
                ])
        // As BuildKit has it: the target as it is written.
        #expect(
            try mounts("--mount=type=cache,target=./c,sharing=PRIVATE", before: "WORKDIR /w") == [
                .cache(CacheMount(id: "c", target: "/w/c", sharing: .private))
            ])
        let planned = try plan("FROM a AS b\nFROM scratch\nRUN --mount=type=cache,target=/c,from=b,source=/s x")
        #expect(
            planned.stages[1].runs[0].mounts == [
                .cache(CacheMount(id: "/c", target: "/c", source: .stage(0), path: "s"))
            ])
    }

    @Test func tmpfsMounts() throws {
        #expect(try mounts("--mount=type=tmpfs,target=/t") == [.tmpfs(TmpfsMount(target: "/t"))])
        #expect(
            try mounts("--mount=type=tmpfs,target=/t,size=64m,ro") == [
                .tmpfs(TmpfsMount(target: "/t", size: 64 << 20, isReadOnly: true))
            ])
    }

    @Test func agentsAreNumberedInTheOrderOfTheFile() throws {
        let run = try stage(
            "RUN --mount=type=ssh,target=/z/s --mount=type=ssh,id=other,required,mode=0666,uid=3,gid=4 true"
        ).runs[0]
        #expect(
            run.mounts == [
                .ssh(
                    SSHMount(
                        id: "other", target: "/run/buildkit/ssh_agent.1", required: true, mode: 0o666, uid: 3, gid: 4)),
                .ssh(SSHMount(target: "/z/s")),
            ])
        #expect(run.environment.last == "SSH_AUTH_SOCK=/z/s")
        let own = try stage("ENV SSH_AUTH_SOCK=/own\nRUN --mount=type=ssh true").runs[0]
        #expect(own.ownEnvironment == ["SSH_AUTH_SOCK=/own"])
    }

    @Test func mountsAreSortedByTarget() throws {
        let flags = ["--mount=type=tmpfs,target=/a/b", "--mount=type=cache,target=/a", "--mount=type=tmpfs,target=/0"]
        let forward = try mounts(flags.joined(separator: " "))
        #expect(forward.map(\.target) == ["/0", "/a", "/a/b"])
        #expect(try mounts(flags.reversed().joined(separator: " ")) == forward)
    }

    /// A value with a comma was taken apart when variables were expanded first.
    @Test func valuesAreExpandedOneByOne() throws {
        let before = "ARG t=cache\nARG d=/a,b\nARG u=5"
        #expect(
            try mounts("--mount=type=$t,target=$d,id=${none:-i},uid=$u", before: before) == [
                .cache(CacheMount(id: "i", target: "/a,b", uid: 5))
            ])
        #expect(
            try mounts("--mount=type=tmpfs,\\\"target=/a,b\\\"") == [.tmpfs(TmpfsMount(target: "/a,b"))])
    }

    @Test(arguments: [
        ("--mount=target=/", "cannot be at `/`"), ("--mount=type=tmpfs,size=1x,target=/a", "not a size"),
        ("--mount=type=tmpfs,target=/a,uid=1", "`uid` is not an option of `--mount=type=tmpfs`"),
        ("--mount=type=bind,target=/a,required", "`required` is not an option"),
        ("--mount=type=cache,target=/a,sharing=some", "neither shared, private nor locked"),
        ("--mount=type=bind,target=/a,sharing=shared", "`sharing` is not an option"),
        ("--mount=target=/a,ro=maybe", "neither true nor false"),
        ("--mount=target=/a,sourse=x", "did you mean `source`"),
        ("--mount=type=ssh,mode=8", "octal"), ("--mount=\\\"target=/a", "not closed"),
        ("--mount=ta\\\"rget=/a", "around a whole option"), ("--mount=target=/a,from=later", "later"),
        ("--mount=target=/a,from=9", "no stage number 9"), ("--security=none", "neither sandbox nor insecure"),
    ])
    func mistakesAreNamed(flags: String, message: String) throws {
        let error = try #require(failure("FROM scratch\nRUN \(flags) true\nFROM scratch AS later\n"), "\(flags)")
        #expect(error.line == 2)
        #expect(error.message.contains(message), "\(error.message)")
    }

    @Test func networkAndSecurity() throws {
        let runs = try stage("RUN --network=none a\nRUN --network=host b\nRUN --security=insecure c").runs
        #expect(runs.map(\.network) == [.none, .host, .default])
        #expect(runs.map(\.security) == [.sandbox, .sandbox, .insecure])
        #expect(runs.map(\.arguments.last) == ["a", "b", "c"])
    }

    @Test(
        arguments: [
            ("0", 0), ("7", 7), ("1k", 1024), ("1KB", 1024), ("2 MiB", 2 << 20), ("1.5g", 3 << 29), ("1t", 1 << 40),
            ("", nil), ("-1", nil), ("1x", nil), ("1.", nil), ("k", nil), ("1kk", nil), ("99999999999p", nil),
            ("1.2.3", nil),
        ] as [(String, Int64?)])
    func sizesOfMemory(text: String, bytes: Int64?) {
        #expect(MemorySize.bytes(text) == bytes)
    }
}
