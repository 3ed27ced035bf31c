import Build
import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// What a RUN may do and what it may not, as with docker's defaults.
@Suite(.serialized, .enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
struct IsolationTests {
    private static func lab(_ body: @Sendable (BuildLab) async throws -> Void) async throws {
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "tiny/base:1")
            try await body(lab)
        }
    }

    /// The lines that `script` prints as a RUN; each check prints one word.
    private static func run(
        _ script: String, flags: String = "", _ adjust: @escaping @Sendable (inout BuildRequest) -> Void = { _ in }
    ) async throws -> [String] {
        let lines = AsyncStream<[String]>.makeStream()
        try await lab { lab in
            let context = try lab.context([
                "Dockerfile": "FROM tiny/base:1\nCOPY script /script\nRUN \(flags) sh /script\n", "script": script,
            ])
            let report = try await lab.build(context, runner: "a", adjust: adjust)
            #expect(report.outcome.error == nil)
            lines.continuation.yield(report.events.output)
        }
        for await output in lines.stream { return output }
        return []
    }

    private static let forbidden = """
        try() { name=$1; shift; if "$@" >/dev/null 2>&1; then echo "$name allowed"; else echo "$name refused"; fi; }
        try mount busybox mount -t tmpfs none /tmp
        try namespace busybox unshare -m sleep 0
        try user-namespace busybox unshare -U sleep 0
        try hostname busybox hostname other
        try sysrq sh -c 'echo h > /proc/sysrq-trigger'
        try sysctl sh -c 'echo 1 > /proc/sys/kernel/dmesg_restrict'
        try sysfs sh -c 'echo > /sys/kernel/uevent_helper'
        try log busybox dmesg
        try modules busybox insmod /script
        try interface busybox ip link add dummy0 type dummy
        """

    @Test func whatIsForbiddenIsRefused() async throws {
        let lines = try await Self.run(
            Self.forbidden + """

                grep -q . /proc/kcore /proc/keys && echo kcore readable
                busybox mknod /tmp/disk b 259 0 && head -c 1 /tmp/disk && echo disk readable
                busybox grep Seccomp: /proc/self/status
                """)
        #expect(lines.filter { $0.hasSuffix(" allowed") } == [])
        #expect(lines.count { $0.hasSuffix(" refused") } == 10)
        #expect(!lines.contains("kcore readable") && !lines.contains("disk readable"))
        #expect(lines.contains("Seccomp:\t2"))
    }

    @Test func whatDockerAllowsIsAllowed() async throws {
        let lines = try await Self.run(
            """
            check() { name=$1; shift; if "$@" >/dev/null 2>&1; then echo "$name"; else echo "$name refused"; fi; }
            touch /f
            check chown chown 1000:1000 /f
            check mknod busybox mknod /null c 1 3
            check chroot busybox chroot / sleep 0
            check device sh -c 'echo > /dev/null'
            check user busybox su app -c 'sleep 0'
            check group busybox chgrp 5 /f
            check timer busybox timeout 5 sleep 0
            check shell sh -c '(sleep 0 & wait) | cat'
            # Without this set-id programs do not work.
            busybox grep NoNewPrivs /proc/self/status
            rm /null /f
            """)
        #expect(
            lines == [
                "chown", "mknod", "chroot", "device", "user", "group", "timer", "shell", "NoNewPrivs:\t0",
            ])
    }

    @Test func insecureNeedsTheEntitlement() async throws {
        try await Self.lab { lab in
            let context = try lab.context([
                "Dockerfile": """
                FROM tiny/base:1
                RUN --security=insecure busybox mount -t tmpfs none /tmp && busybox grep -c '/tmp tmpfs' /proc/self/mounts
                RUN --network=host true
                """
            ])
            let refused = try await lab.build(context, runner: "a")
            let error = "\(try #require(refused.outcome.error))"
            #expect(error.contains("Dockerfile:2") && error.contains("--allow security.insecure"), "\(error)")
            #expect(refused.outcome.runCount == 0)
            let half = try await lab.build(context, runner: "a", adjust: { $0.entitlements = [.securityInsecure] })
            #expect("\(try #require(half.outcome.error))".contains("--allow network.host"))
            let built = try await lab.build(
                context, runner: "a", adjust: { $0.entitlements = [.securityInsecure, .networkHost] })
            #expect(built.outcome.error == nil)
            #expect(built.events.output == ["1"])
        }
    }

    @Test func networkNoneHasOnlyLoopback() async throws {
        let lines = try await Self.run(
            "ls /sys/class/net; busybox ip -o addr; busybox ping -c 1 -w 2 127.0.0.1 >/dev/null && echo lo works",
            flags: "--network=none")
        #expect(lines.first == "lo")
        #expect(!lines.contains { $0.contains("eth") })
        #expect(lines.last == "lo works")
    }

    @Test func settingsOfTheCommandLineReachTheCommand() async throws {
        let lines = try await Self.run(
            "cat /etc/hosts; busybox hostname; busybox df -k /dev/shm; ulimit -n; ulimit -Hn; ulimit -c"
        ) { request in
            request.container.extraHosts = [
                .init(name: "db", address: "10.1.2.3"), .init(name: "six", address: "fd00::1"),
            ]
            request.container.hostName = "builder"
            request.container.sharedMemorySize = 3 << 20
            request.container.resourceLimits = [
                .init(name: "nofile", soft: 123, hard: 234), .init(name: "core", soft: 0, hard: 0),
            ]
        }
        #expect(lines.contains("127.0.0.1 localhost builder"))
        #expect(lines.contains("10.1.2.3 db") && lines.contains("fd00::1 six"))
        #expect(lines.contains("builder"))
        #expect(lines.contains { $0.contains(" 3072 ") })
        #expect(lines.suffix(3) == ["123", "234", "0"])
    }
}
