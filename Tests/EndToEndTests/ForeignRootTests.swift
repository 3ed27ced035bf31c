import Subprocess
import SystemPackage
import TestSupport
import Testing

@Suite(.enabled(if: RootlessUser.obstacle == nil, "\(RootlessUser.obstacle ?? "")"))
struct ForeignRootTests {
    /// It was said that there is no store.
    @Test("Who may not look into a root is told so, and with which rights to come")
    func stats() async throws {
        let script = """
            chmod 755 "$2"
            mkdir -m 700 "$2/root" "$2/root/chunks"
            : >"$2/larderd"
            mount --bind "$1" "$2/larderd"
            exec setpriv --reuid 4242 --regid 4242 --clear-groups "$2/larderd" stats --root "$2/root"
            """
        try await withTemporaryDirectory { directory in
            let larderd = ServerProcess.executables.appending("larderd").string
            let outcome = try await Subprocess.run(
                .name("unshare"),
                arguments: [
                    "--mount", "--propagation", "private", "sh", "-ec", script, "sh", larderd, directory.string,
                ],
                output: .string(limit: 10_000), error: .string(limit: 10_000))
            #expect(outcome.terminationStatus == .exited(1))
            #expect(outcome.standardOutput == "")
            let words = "You may not look into \(directory)/root; run the command as the user that serves it"
            #expect(outcome.standardError.contains(words), "\(outcome.standardError)")
        }
    }
}
