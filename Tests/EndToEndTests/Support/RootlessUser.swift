import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport

/// A user without any rights who exists for one command only: accounts and ranges of ids are in files that are mounted over
/// the machine's in a mount namespace of their own.
struct RootlessUser: Sendable {
    /// Why there can be none here; `nil` when there can.
    static let obstacle: String? = {
        if let obstacle = TinyImage.obstacle { return obstacle }
        for program in ["newuidmap", "unshare", "setpriv", "setfattr"] where !hasProgram(program) {
            return "there is no \(program): install uidmap, util-linux and attr"
        }
        let isThere = ["/etc/subuid", "/etc/subgid"].allSatisfy { FileManager.default.fileExists(atPath: $0) }
        return isThere ? nil : "there is no /etc/subuid"
    }()

    /// What a command did.
    struct Outcome {
        let status: Int32
        let output: String
        /// What it wrote to standard error.
        let complaint: String
    }

    /// The user's files are below it; everybody can look into it.
    let directory: FilePath
    let server: String

    init(_ lab: BuildLab) {
        directory = lab.directory.appending("user")
        server = "http://127.0.0.1:\(lab.port)"
    }

    /// What root does first, with `$user` as the user's directory.
    private static let arrival = """
        set -e
        user=$1 larder=$2 setup=$3 server=$4
        shift 4
        mkdir -p "$user/home"
        { cat /etc/passwd; echo "cook:x:4242:4242::$user/home:/bin/sh"; } >"$user/passwd"
        { cat /etc/group; echo "cook:x:4242:"; } >"$user/group"
        echo cook:700000:65536 >"$user/subuid"
        cp "$user/subuid" "$user/subgid"
        for file in passwd group subuid subgid; do mount --bind "$user/$file" "/etc/$file"; done
        : >"$user/larder"
        mount --bind "$larder" "$user/larder"
        chown 4242:4242 "$user/home"
        export LARDER_SERVER=$server HOME=$user/home
        as_cook() { setpriv --reuid 4242 --regid 4242 --clear-groups "$@"; }
        """

    /// Runs `larder` with `arguments` as the user, after root has run `setup`.
    func larder(_ arguments: [String], setup: String = ":", variables: [String: String] = [:]) async throws -> Outcome {
        try await run(setup, "as_cook \"$user/larder\" \"$@\"", arguments, variables)
    }

    /// Runs `larder` where users may have no namespaces, which is so within another one.
    func larderWithoutNamespaces(_ arguments: [String]) async throws -> Outcome {
        let command = """
            rm -f "$user/gate"; mkfifo "$user/gate"
            unshare --user sh -c 'read go <"$1/gate"; shift; exec "$@"' sh "$user" setpriv --reuid 0 --regid 0 --clear-groups \\
                sh -c 'echo 0 >/proc/sys/user/max_user_namespaces
                    exec setpriv --reuid 4242 --regid 4242 --clear-groups "$@"' sh "$user/larder" "$@" &
            until [ "$(readlink /proc/$!/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do sleep 0.01; done
            echo 0 0 100000 >/proc/$!/uid_map
            echo 0 0 100000 >/proc/$!/gid_map
            echo go >"$user/gate"
            wait $!
            """
        return try await run(":", command, arguments, [:])
    }

    private func run(
        _ setup: String, _ command: String, _ arguments: [String], _ variables: [String: String]
    ) async throws -> Outcome {
        let script = "\(Self.arrival)\neval \"$setup\"\n\(command)\n"
        let own = [directory.string, ServerProcess.executables.appending("larder").string, setup, server]
        var environment = Environment.inherit
        for (name, value) in variables {
            if let key = Environment.Key(rawValue: name) { environment = environment.updating([key: value]) }
        }
        let result = try await Subprocess.run(
            .name("unshare"),
            arguments: Arguments(["--mount", "--propagation", "private", "sh", "-c", script, "sh"] + own + arguments),
            environment: environment, output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard case .exited(let status) = result.terminationStatus else {
            return Outcome(status: -1, output: result.standardOutput, complaint: result.standardError)
        }
        return Outcome(status: status, output: result.standardOutput, complaint: result.standardError)
    }
}
