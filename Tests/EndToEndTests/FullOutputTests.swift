import Subprocess
import SystemPackage
import TestSupport
import Testing

/// What commands print is there, or they fail.
@Suite struct FullOutputTests {
    @Test("A command fails whose output cannot be written, unless nobody reads it", arguments: ["larder", "larderd"])
    func fullDisk(program: String) async throws {
        let script = """
            "$1" completion bash >/dev/full; echo $?
            # Whoever ends at a closed pipe says nothing, whether by the signal (141) or not.
            "$1" completion bash | true; case ${PIPESTATUS[0]} in 0 | 141) echo fine ;; *) echo bad ;; esac
            "$1" completion bash | cat >/dev/null; echo ${PIPESTATUS[0]}
            """
        let outcome = try await Subprocess.run(
            .name("bash"),
            arguments: ["-c", script, "bash", ServerProcess.executables.appending(program).string],
            output: .string(limit: 10_000), error: .string(limit: 10_000))
        #expect(outcome.standardOutput == "1\nfine\n0\n", "\(outcome.standardError)")
        let complaints = outcome.standardError.split(separator: "\n")
        #expect(complaints.count == 1)
        #expect(complaints.first?.hasSuffix("standard output cannot be written: No space left on device") == true)
    }
}
