import Build
import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// What becomes of a build whose terminal is closed, as when a connection breaks off.
@Suite(.enabled(if: TinyImage.obstacle == nil, "\(TinyImage.obstacle ?? "")"))
struct HangUpTests {
    @Test(
        "It ends with its containers, and nohup has it go on",
        .timeLimit(.minutes(5)), arguments: [("", "129\nleft: 0\n"), ("nohup", "0\nleft: 0\n")])
    func ends(prefix: String, expected: String) async throws {
        try await BuildLab.run { lab in
            try await lab.importImage(try await TinyImage.tar(in: lab.directory), as: "tiny/base:1")
            let context = try lab.context([
                "Dockerfile": """
                FROM tiny/base:1
                RUN echo is-running; n=0; while [ $n -lt \(prefix.isEmpty ? 600 : 2) ]; do sleep 1; n=$((n+1)); done
                """
            ])
            let script = """
                cd "$1"; trap - HUP
                \(prefix) "$2" build --progress plain --state-dir "$1/state" -t shop/api:1 "$3" >log 2>&1 & build=$!
                n=0; until grep -q '0[.][0-9]* is-running' log || [ $n -gt 1200 ]; do sleep 0.1; n=$((n+1)); done
                kill -HUP $build; wait $build; echo $?
                echo left: $(ls state/work | wc -l)
                """
            let outcome = try await Subprocess.run(
                .name("bash"),
                arguments: [
                    "-c", script, "bash", lab.directory.string, ServerProcess.executables.appending("larder").string,
                    context.string,
                ], environment: .inherit.updating(["LARDER_SERVER": "http://127.0.0.1:\(lab.port)"]),
                output: .string(limit: 10_000), error: .string(limit: 10_000))
            let log = try? String(contentsOf: URL(filePath: lab.directory.appending("log").string), encoding: .utf8)
            #expect(outcome.standardOutput == expected, "\(log ?? "") \(outcome.standardError)")
        }
    }
}
