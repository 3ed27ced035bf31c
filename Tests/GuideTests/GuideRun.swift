import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport

/// Runs all commands of a guide in one shell, as a reader would, in a network of its own that has nothing but a loopback
/// interface, and with mounts of its own.
struct GuideRun {
    /// What one block of commands did.
    struct Outcome {
        let line: Int
        let mustFail: Bool
        let prints: [String]
        /// `nil` when it was never reached.
        let status: Int?
        let output: String
    }

    let guide: Guide
    /// Everything is in it.
    let directory: FilePath

    /// Runs it; gives what each block did.
    func run() async throws -> [Outcome] {
        let script = directory.appending("guide.sh")
        try Data(text.utf8).write(to: URL(filePath: script.string))
        let path = ServerProcess.executables.string + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
        _ = try await Subprocess.run(
            .name("unshare"),
            arguments: ["--net", "--mount", "--", "timeout", "--kill-after=5", "600", "bash", script.string],
            environment: .custom([
                "PATH": path, "HOME": directory.string, "GUIDE": directory.string,
                "REPOSITORY": GuideFiles.repository.string,
            ]),
            workingDirectory: directory, output: .discarded, error: .discarded)
        return guide.steps.enumerated().compactMap(outcome)
    }

    private func outcome(_ number: Int, _ step: Guide.Step) -> Outcome? {
        guard case .commands(_, let line, let mustFail, let prints) = step else { return nil }
        let status = read("\(number).status").flatMap { Int($0.filter(\.isNumber)) }
        return Outcome(
            line: line, mustFail: mustFail, prints: prints, status: status, output: read("\(number).out") ?? "")
    }

    private func read(_ name: String) -> String? {
        FileManager.default.contents(atPath: directory.appending(name).string).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// The script: each block in the same shell, so that what it sets, starts and changes stays.
    private var text: String {
        """
        set -u
        . "$REPOSITORY/Tests/GuideTests/peers.sh"
        busybox ip link set lo up 2>/dev/null || ip link set lo up
        trap 'end_peers; kill $(jobs -p) 2>/dev/null; wait' EXIT
        begin_server() { larderd --root "$PWD/pantry" --listen 127.0.0.1:7070 & export LARDER_SERVER=http://127.0.0.1:7070; }
        await_server() { for _ in $(seq 1200); do larderd health --root "$PWD/pantry" && return; sleep 0.1; done; }
        base() { [[ -z $1 ]] || larder import --server http://127.0.0.1:7070 "$GUIDE/tiny.tar" "$1"; }
        base=

        """ + guide.steps.enumerated().map(part).joined(separator: "\n")
    }

    private func part(_ number: Int, _ step: Guide.Step) -> String {
        switch step {
        case .preparation(.base(let name)): return "base='\(name)'"
        case .preparation(.server): return "begin_server; await_server; base \"$base\""
        case .preparation(.waitForServer): return "await_server; base \"$base\""
        case .preparation(.peers(let programs)): return "begin_peers \(programs.joined(separator: " "))"
        case .preparation(.command(let command)): return command
        case .quotation: return ""
        case .commands(let script, _, let mustFail, _):
            // `set -e` has a block end at its first failure, but would end the shell, too: one that fails is the last.
            let block =
                mustFail
                ? "if { \(script)\n}; then status=0; else status=$?; fi" : "set -e\n\(script)\nset +e; status=0"
            return """
                exec 3>&1 4>&2 >"$GUIDE/\(number).out" 2>&1
                \(mustFail ? "" : "echo 1 >\"$GUIDE/\(number).status\"")
                \(block)
                echo $status >"$GUIDE/\(number).status"
                exec >&3 2>&4 3>&- 4>&-
                """
        }
    }
}
