import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage
import TestSupport

/// Clients that others wrote, in namespaces of their own, and in a root filesystem that has them (`deploy/peers`): whatever
/// is started in there ends with this process, and what is mounted or written there goes with it.
struct Peers: Sendable {
    /// The same directory for this process and for the clients.
    let directory: FilePath
    /// The clients' root filesystem, as this process sees it.
    private let root: String
    /// The process whose namespaces they are in.
    private let holder: String

    /// A name of this machine that clients do not excuse from TLS, as they do with 127.0.0.1.
    static let secureName = "larder.test"

    /// Those of the current suite; set where ``RealClients`` runs.
    @TaskLocal static var current: Peers?

    /// Starts the namespaces, lends them to `body`, and ends them.
    static func run(_ body: @Sendable (Peers) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let configuration = Configuration(
                executable: .path(script), arguments: ["hold", directory.string],
                workingDirectory: directory)
            _ = try await Subprocess.run(
                configuration, input: .inputWriter, output: .sequence, error: .combinedWithOutput
            ) { execution in
                let pid = execution.processIdentifier.value
                // Ends everything in the namespaces, whatever happens here. So does the end of this process.
                defer { _ = kill(pid, SIGKILL) }
                var lines = execution.standardOutput.strings().makeAsyncIterator()
                let answer = try await lines.next() ?? ""
                let words = answer.split(whereSeparator: \.isWhitespace).map(String.init)
                guard words.count == 3, words[0] == "ready" else {
                    throw Failure(command: "deploy/peers hold", status: "no answer", said: answer)
                }
                let peers = Peers(directory: directory, root: words[1], holder: words[2])
                try await peers.configure()
                try await body(peers)
            }
        }
    }

    /// Runs `script` with `bash -ex` among the clients, in ``directory``, with `$1`, `$2`… and gives what it prints.
    /// - Throws: ``Failure`` when its status is not 0.
    @discardableResult
    func callAsFunction(_ script: String, _ arguments: String...) async throws -> String {
        try await run(script, arguments)
    }

    /// The same with a list of arguments.
    func run(_ script: String, _ arguments: [String]) async throws -> String {
        let environment = [
            "-i", "-C", directory.string, "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp/home",
            "TMPDIR=/tmp",
            "CONTAINERS_CONF=/tmp/home/containers.conf", "CONTAINERS_STORAGE_CONF=/tmp/home/storage.conf",
            "CONTAINERS_REGISTRIES_CONF=/tmp/home/registries.conf", "BUILDAH_ISOLATION=chroot",
            "COSIGN_PASSWORD=pantry", "COSIGN_YES=true",
            // So that nobody speaks to anybody outside, and it is seen who tries.
            "HTTP_PROXY=http://127.0.0.1:1", "HTTPS_PROXY=http://127.0.0.1:1", "NO_PROXY=127.0.0.1,\(Self.secureName)",
        ]
        let inside = ["--target", holder, "--mount", "--pid", "chroot", root, "/usr/bin/env"] + environment
        let limited = ["timeout", "--kill-after=5", "120", "bash", "-o", "pipefail", "-exc", script, "bash"]
        let outcome = try await Subprocess.run(
            .name("nsenter"), arguments: Arguments(inside + limited + arguments), output: .string(limit: 4 << 20),
            error: .string(limit: 4 << 20))
        guard outcome.terminationStatus.isSuccess else {
            throw Failure(
                command: ([script] + arguments).joined(separator: " "), status: "\(outcome.terminationStatus)",
                said: String(outcome.standardOutput.suffix(4_000)) + outcome.standardError.suffix(4_000))
        }
        return outcome.standardOutput
    }

    /// A script for this machine that runs `program` among the clients, in the directory where the script is run, with more
    /// environment.
    func script(running program: String, _ environment: [String]) -> String {
        let variables = (["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR=/tmp"] + environment)
            .joined(separator: " ")
        return """
            #!/bin/bash
            exec nsenter --target \(holder) --mount --pid chroot \(root) /usr/bin/env -i -C "$PWD" \(variables) \(program) "$@"

            """
    }

    /// What the clients need to know of this machine. None of them is told that a registry has no TLS.
    private func configure() async throws {
        // Limits cannot be raised on every machine: they are asked for no more than there is.
        try await self(
            """
            mkdir -p /tmp/home/.config/containers
            cd /tmp/home
            echo '{"default": [{"type": "insecureAcceptAnything"}]}' >.config/containers/policy.json
            printf '[containers]\\ndefault_ulimits = ["nofile=%s:%s", "nproc=%s:%s"]\\n[engine]\\nruntime = "runc"\\n' \
                "$(ulimit -Hn)" "$(ulimit -Hn)" "$1" "$1" >containers.conf
            printf '[storage]\\ndriver = "overlay"\\nrunroot = "/run/containers"\\ngraphroot = "/tmp/containers"\\n' \
                >storage.conf
            : >registries.conf
            echo "127.0.0.1 $2" >>/etc/hosts
            """, try Self.processLimit(), Self.secureName)
    }

    private static func processLimit() throws -> String {
        String(decoding: try shell("ulimit -Hu 2>/dev/null || echo 1024").dropLast(), as: UTF8.self)
    }

    /// Why a client did not do what it was asked for.
    struct Failure: Error, CustomStringConvertible {
        let command: String
        let status: String
        let said: String

        var description: String { "\(command): \(status)\n\(said)" }
    }
}

extension Peers {
    private static let script = FilePath(#filePath)
        .removingLastComponent().removingLastComponent().removingLastComponent().removingLastComponent()
        .appending("deploy/peers")

    /// Where the clients are: what `deploy/peers` installed, or this machine's own.
    private static let source: String = {
        let directory = ProcessInfo.processInfo.environment["LARDER_PEERS_DIR"] ?? "/var/cache/larder-peers"
        return FileManager.default.fileExists(atPath: "\(directory)/root/usr") ? "\(directory)/root" : ""
    }()

    /// Whether there is such a client.
    static func has(_ program: String) -> Bool {
        ["bin", "sbin", "local/bin"].contains {
            FileManager.default.isExecutableFile(atPath: "\(source)/usr/\($0)/\(program)")
        }
    }

    /// Why nothing can be started here; `nil` when it can.
    static let obstacle: String? = {
        if geteuid() != 0 { return "real clients need root" }
        if let obstacle = TinyImage.obstacle { return obstacle }
        let isPermitted = (try? shell("unshare --mount --pid --fork --kill-child true 2>/dev/null")) != nil
        return isPermitted ? nil : "namespaces cannot be made here"
    }()
}
