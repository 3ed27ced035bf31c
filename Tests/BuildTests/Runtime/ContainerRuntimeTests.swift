import Chunking
import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import Build

@Suite(
    "Containers run with what a RUN needs, and leave only its changes",
    .enabled(
        if: LayerTools.isRoot && ImageTools.has("runc") && ImageTools.has("busybox"),
        "needs root with its capabilities, runc and busybox-static"))
struct ContainerRuntimeTests {
    @Test("Output, status and changes")
    func statusAndChanges() async throws {
        try await SmallRoot.with { small in
            let result = try await small.run(
                "echo out; echo err >&2; printf end; mkdir /made; echo x >/made/file; exit 7")
            #expect(result.status == 7)
            #expect(result.lines.filter { $0 != "err" } == ["out", "end"])
            #expect(result.lines.count { $0 == "err" } == 1)
            #expect(try small.layer(result) == ["made", "made/file"])
        }
    }

    @Test("A process that changes nothing makes an empty layer, also where mount points are missing")
    func emptyLayer() async throws {
        try await SmallRoot.with { small in
            let result = try await small.run(
                "cat /etc/hosts; cat /etc/resolv.conf >/dev/null; ls /proc/self >/dev/null")
            #expect(result.status == 0)
            #expect(result.lines.first == "127.0.0.1 localhost buildkitsandbox")
            #expect(try small.layer(result) == [])
            #expect(try DirectoryLayer.isEmpty(small.root.upper, omitting: result.omitting))
        }
    }

    @Test("Mount points that an upper layer hides, or that links lead to, stay out of the layer")
    func hiddenMountPoints() async throws {
        let hiding = [
            LayerTools.file("etc/.wh.hosts"), LayerTools.file(".wh.proc"), LayerTools.directory("run", mode: 0o751),
            LayerTools.link("etc/resolv.conf", to: "../run/resolve/stub.conf"),
        ]
        try await SmallRoot.with(above: hiding) { small in
            let secret = ContainerRuntime.SecretFile(
                bytes: Array("s3".utf8), target: "/run/secrets/token", mode: 0o400, uid: 0, gid: 0)
            let result = try await small.run("cat /run/secrets/token /etc/resolv.conf >/dev/null", secrets: [secret])
            #expect(result.status == 0, "\(result.lines)")
            #expect(try small.layer(result) == [])
            try small.root.unmount()
            #expect(try ImageTools.run("ls -A '\(small.root.upper)'") == "")
        }
    }

    @Test("What a process puts beside a mount point is in the layer")
    func besideMountPoints() async throws {
        try await SmallRoot.with(above: [LayerTools.directory("run", mode: 0o751)]) { small in
            let secret = ContainerRuntime.SecretFile(
                bytes: [], target: "/run/secrets/token", mode: 0o400, uid: 0, gid: 0)
            let result = try await small.run("echo 1 >/run/secrets/kept", secrets: [secret])
            #expect(result.status == 0, "\(result.lines)")
            #expect(try small.layer(result) == ["run", "run/secrets", "run/secrets/kept"])
            try small.root.unmount()
            #expect(try small.layer(result) == ["run", "run/secrets", "run/secrets/kept"])
        }
    }

    @Test("Secrets are read-only files of their owner, in memory only")
    func secrets() async throws {
        try await SmallRoot.with { small in
            let secret = ContainerRuntime.SecretFile(
                bytes: Array("hidden\n".utf8), target: "/run/secrets/one", mode: 0o440, uid: 12, gid: 34)
            let result = try await small.run(
                "cat /run/secrets/one; stat -c '%a %u %g' /run/secrets/one; stat -f -c %T /run/secrets/one; "
                    + "if echo no >/run/secrets/one; then echo written; fi", secrets: [secret])
            #expect(result.lines.filter { !$0.contains("Read-only file system") } == ["hidden", "440 12 34", "tmpfs"])
            #expect(result.lines.count == 4)
            #expect(try small.layer(result) == [])
            #expect(try ImageTools.run("grep -c '\(small.directory)/.*secrets' /proc/self/mounts || true") == "0\n")
        }
    }

    @Test("The process is who it is to be, where it is to be, with its environment")
    func identity() async throws {
        try await SmallRoot.with { small in
            let result = try await small.run(
                "id -u; id -g; id -G; pwd; echo $NAME; hostname; umask; cat /proc/self/status | grep NoNewPrivs",
                user: ResolvedUser(uid: 1000, gid: 1001, additionalGroups: [5, 6], home: "/"),
                directory: "/srv/work", environment: ["NAME=a value"])
            #expect(result.lines.prefix(6) == ["1000", "1001", "1001 5 6", "/srv/work", "a value", "buildkitsandbox"])
            #expect(result.lines.suffix(2) == ["0022", "NoNewPrivs:\t0"])
            #expect(try small.layer(result) == ["srv", "srv/work"])
        }
    }

    @Test("Without a network there is only the loopback interface; with it, the host's")
    func network() async throws {
        try await SmallRoot.with { small in
            let none = try await small.run("ls /sys/class/net", network: false)
            #expect(none.lines == ["lo"])
            let host = try await small.run("readlink /proc/self/ns/net", network: true)
            let own = try ImageTools.run("readlink /proc/self/ns/net").filter { $0 != "\n" }
            #expect(host.lines == [own])
        }
    }

    @Test("A signal is 128 and its number; programs that cannot be run are 126 and 127")
    func statuses() async throws {
        try await SmallRoot.with(above: [LayerTools.file("plain", "text", mode: 0o644)]) { small in
            let killed = try await small.run("(sh -c 'kill -9 $$'); exit $?")
            let absent = try await small.run(arguments: ["/absent"])
            let unknown = try await small.run(arguments: ["absent"])
            let plain = try await small.run(arguments: ["/plain"])
            #expect([killed, absent, unknown, plain].map(\.status) == [137, 127, 127, 126])
        }
    }

    @Test("Standard input is empty")
    func standardInput() async throws {
        try await SmallRoot.with { small in
            let result = try await small.run("cat; echo done")
            #expect(result.lines == ["done"])
        }
    }

    @Test("A directory to work in that is not there belongs to whoever works in it, as in BuildKit")
    func missingWorkingDirectory() async throws {
        let links = [LayerTools.link("link", to: "/bin/../home"), LayerTools.directory("home", mode: 0o711)]
        try await SmallRoot.with(above: links) { small in
            let user = ResolvedUser(uid: 1000, gid: 7, additionalGroups: [], home: "/")
            let result = try await small.run(
                "pwd; touch file; stat -c '%n %a %u:%g' . .. /home", user: user, directory: "/link/a/b")
            #expect(result.lines == ["/home/a/b", ". 755 1000:7", ".. 755 1000:7", "/home 711 0:0"])
            #expect(try small.layer(result) == ["home", "home/a", "home/a/b", "home/a/b/file"])
            // What is in the way is not replaced.
            await #expect(throws: BuildError.self) {
                try await small.run("pwd", user: user, directory: "/bin/busybox/x")
            }
            let after = try await small.run("busybox echo still there")
            #expect(after.lines == ["still there"])
        }
    }

    @Test("Cancelling kills everything in the container, and nothing is left over")
    func cancelling() async throws {
        try await SmallRoot.with { small in
            let (lines, continuation) = AsyncStream<String>.makeStream()
            let task = Task {
                try await small.run(
                    "trap '' TERM INT; (trap '' TERM INT; sleep 9876) & echo ready; wait",
                    onOutput: { continuation.yield($0) })
            }
            for await line in lines where line == "ready" { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let files = try ImageTools.run("ls '\(small.directory)/work' 2>/dev/null || true")
            let mounts = try ImageTools.run("grep '\(small.directory)/work' /proc/self/mounts || true")
            #expect(files + mounts == "")
        }
    }

    @Test("A task that is cancelled before it begins runs nothing")
    func cancelledBefore() async throws {
        try await SmallRoot.with { small in
            let task = Task {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                return try await small.run("echo run")
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }
}
