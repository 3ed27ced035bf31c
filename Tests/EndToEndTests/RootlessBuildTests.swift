import Build
import Chunking
import Dockerfile
import FoundationEssentials
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Builds by a user who is not root.
@Suite(.serialized, .enabled(if: RootlessUser.obstacle == nil, "\(RootlessUser.obstacle ?? "")"))
struct RootlessBuildTests {
    private static func lab(_ body: @Sendable (BuildLab, RootlessUser) async throws -> Void) async throws {
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "tiny/base:1")
            try await body(lab, RootlessUser(lab))
        }
    }

    /// Every command sets the times of what it changes, so that it always makes the same layer.
    private static let everything = """
        FROM tiny/base:1 AS first
        RUN touch /etc/old /tmp/old && touch -d @1700000000 /etc/old /tmp/old /etc /tmp
        FROM first
        COPY --chown=7:8 tool /bin/tool
        WORKDIR /data
        RUN mkdir -p d/deep && echo x >d/x && ln d/x d/y && ln -s x d/link && chown 1000:1000 d/x && chmod 4755 d/x \\
            && chmod 2770 d/deep && chown 65534:12345 d/deep && chown 1000 d && chmod o-r /bin/tool && cp /bin/busybox d/copy \\
            && find /data /bin/tool -exec touch -h -d @1700000000 {} + && touch -d @1700000000 /bin
        RUN rm /etc/old && rm -rf /tmp && mkdir -m 1777 /tmp && echo new >/tmp/new && busybox mkfifo /data/fifo \\
            && touch -d @1700000000 /etc /tmp /tmp/new /data /data/fifo
        USER app
        RUN id -u >/data/d/who && touch -d @1700000000 /data/d/who /data/d
        """

    private static func context(_ lab: BuildLab, _ dockerfile: String) async throws -> FilePath {
        let context = try lab.context(["Dockerfile": dockerfile, "tool": "#!/bin/sh\n"])
        // cap_net_raw+ep, in the form that needs no namespace.
        try await TinyImage.shell(
            """
            chmod 755 "$1/tool"; touch -d @1700000000 "$1/tool"
            setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 "$1/tool"
            """, context.string)
        return context
    }

    @Test func layersAreThoseThatRootMakes() async throws {
        try await Self.lab { lab, user in
            let context = try await Self.context(lab, Self.everything)
            let built = try await user.larder(
                ["build", "--project", "shop", "-t", "shop/user:1", "--quiet", context.string],
                variables: ["SOURCE_DATE_EPOCH": "1700000000"])
            #expect(built.status == 0, "\(built.complaint)")
            #expect(built.complaint == "")
            let root = try await lab.build(context, runner: "root", tag: "shop/root:1") { request in
                request.ignoresCache = true
                request.epoch = 1_700_000_000
                request.options.buildArguments["SOURCE_DATE_EPOCH"] = "1700000000"
            }
            #expect(root.outcome.error == nil)
            #expect(root.outcome.runCount == root.outcome.steps.count)
            let config = try #require(root.outcome.config)
            #expect(built.output == "\(config)\n")
        }
    }

    @Test func rootAndUserFindEachOthersSteps() async throws {
        try await Self.lab { lab, user in
            let context = try await Self.context(lab, Self.everything)
            let root = try await lab.build(context, runner: "root")
            #expect(root.outcome.error == nil)
            let found = try await user.larder(
                ["build", "--project", "shop", "-t", "shop/api:2", "--progress", "plain", context.string])
            #expect(found.status == 0)
            #expect(found.complaint.contains("6 steps: 6 hit, 0 run"), "\(found.complaint)")
            // What the user makes stands on layers that root has made.
            try lab.context(["Dockerfile": Self.everything + "\nRUN cat /etc/passwd /data/d/who\n"])
            let more = try await user.larder(
                ["build", "--project", "shop", "-t", "shop/api:3", "--progress", "plain", context.string])
            #expect(more.complaint.contains("7 steps: 6 hit, 1 run"), "\(more.complaint)")
            let again = try await lab.build(context, runner: "other")
            #expect(again.verdicts == Array(repeating: .hit, count: 7))
        }
    }

    @Test func commandsSeeSecretsCachesAndNetworksAsElsewhere() async throws {
        try await Self.lab { lab, user in
            let context = try lab.context([
                "Dockerfile": """
                FROM tiny/base:1
                RUN --network=none ls /sys/class/net && ls /sys/fs/cgroup
                RUN --mount=type=secret,id=word,uid=1000,mode=0400 stat -c '%u %a' /run/secrets/word && cat /run/secrets/word
                RUN --mount=type=cache,target=/cache,uid=1000 --mount=type=tmpfs,target=/ram \\
                    --mount=type=bind,source=file,target=/file stat -c '%u' /cache && cat /file && touch /cache/x /ram/x
                RUN --mount=type=bind,from=tiny/base:1,target=/other,rw touch /other/new && ls /other
                """, "file": "bound\n",
            ])
            let built = try await user.larder(
                [
                    "build", "--project", "shop", "--progress", "plain", "--secret", "id=word,env=WORD", context.string,
                ], variables: ["WORD": "mum's"])
            #expect(built.status == 0, "\(built.complaint)")
            let lines = built.complaint.split(separator: "\n").map {
                $0.split(separator: " ").dropFirst(2).joined(separator: " ")
            }
            for line in ["lo", "1000 400", "mum's", "1000", "bound", "new"] {
                #expect(lines.contains(line), "\(line) is not in \(built.complaint)")
            }
            let state = user.directory.appending("home/.cache/larder")
            let left = try FileManager.default.contentsOfDirectory(atPath: state.appending("work").string)
            #expect(left == [])
        }
    }

    @Test(arguments: [
        (
            "echo >/etc/subuid",
            "cook has no ids in /etc/subuid: give it some as root with 'echo cook:765536:65536 | tee -a /etc/subuid'"
        ),
        ("mount --bind /etc/passwd \"$(command -v newuidmap)\"", "there is no newuidmap on the PATH"),
        (
            "cp \"$(command -v newgidmap)\" \"$user/newgidmap\"; mount --bind \"$user/newgidmap\" \"$(command -v newgidmap)\"",
            "must be set-user-ID root or have cap_setgid"
        ),
    ])
    func withoutRangesNothingIsRecorded(setup: String, advice: String) async throws {
        try await Self.lab { lab, user in
            let context = try lab.context([
                "Dockerfile":
                    "FROM tiny/base:1\nCOPY file /\nRUN stat -c '%u' /file && echo made >/made\nCOPY file /other\n",
                "file": "x",
            ])
            let built = try await user.larder(
                ["build", "--project", "shop", "-t", "shop/api:1", "--progress", "plain", context.string], setup: setup)
            #expect(built.status == 0, "\(built.complaint)")
            #expect(built.complaint.contains(advice), "\(built.complaint)")
            let root = try await lab.build(context, runner: "root")
            #expect(root.verdicts == [.hit, .run, .run])
            let again = try await user.larder(
                ["build", "--project", "shop", "--progress", "plain", context.string], setup: setup)
            #expect(again.complaint.contains("3 steps: 3 hit, 0 run"), "\(again.complaint)")
            #expect(!again.complaint.contains("WARNING"))
        }
    }

    @Test func whereNamespacesAreForbiddenOnlyRunNeedsThem() async throws {
        try await Self.lab { lab, user in
            let context = try lab.context(["Dockerfile": "FROM tiny/base:1\nCOPY file /\n", "file": "x"])
            let copied = try await user.larderWithoutNamespaces(
                ["build", "--project", "shop", "-t", "shop/api:1", "--progress", "plain", context.string])
            #expect(copied.status == 0, "\(copied.complaint)")
            try lab.context(["Dockerfile": "FROM tiny/base:1\nCOPY file /\nRUN true\n"])
            let refused = try await user.larderWithoutNamespaces(
                ["build", "--project", "shop", "--progress", "plain", context.string])
            #expect(refused.status == 1)
            #expect(refused.complaint.contains("sysctl -w user.max_user_namespaces=10000"), "\(refused.complaint)")
        }
    }

    @Test func aStateDirectoryOfRootIsNamed() async throws {
        try await Self.lab { lab, user in
            let context = try lab.context(["Dockerfile": "FROM tiny/base:1\nRUN true\n"])
            let built = try await user.larder(
                ["build", "--project", "shop", "--progress", "plain", context.string],
                setup: "mkdir -p \"$HOME/.cache/larder\"")
            #expect(built.status == 1)
            #expect(built.complaint.contains("belongs to somebody else"), "\(built.complaint)")
        }
    }
}
