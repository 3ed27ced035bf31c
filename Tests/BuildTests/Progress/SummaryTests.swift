import CacheAPI
import Chunking
import Testing

@testable import Build

@Suite("What is said of a build")
struct SummaryTests {
    private let digest = Digest(hashing: Array("manifest".utf8))

    private var outcome: BuildOutcome {
        let hits = (0..<9).map { StepReport(key: nil, instruction: "RUN \($0)", stage: "0", verdict: .hit, saved: 4.2) }
        let runs = [StepReport.Verdict.run, .run].map {
            StepReport(key: nil, instruction: "COPY", stage: "0", verdict: $0, seconds: 1)
        }
        return BuildOutcome(
            image: AssembleAnswer(digest: digest, size: 1, config: digest), config: digest, steps: hits + runs,
            seconds: 4.21)
    }

    @Test("One line has steps, seconds, bytes, digest and names")
    func line() {
        let summary = BuildSummary(outcome, down: 1_234_567, up: 300_000, names: ["127.0.0.1:7070/shop/api:2"])
        #expect(
            summary.line == """
                11 steps: 9 hit, 2 run · 4.2 s (saved 37.8 s) · 1.2 MB down, 300.0 kB up · \
                sha256:\(digest.short) → 127.0.0.1:7070/shop/api:2
                """)
    }

    @Test("A build that failed, or that no server has, says so")
    func others() {
        var failed = outcome
        failed.error = BuildError(.io, "no")
        #expect(BuildSummary(failed, down: 0, up: 0, names: ["a"]).line.hasPrefix("failed · 11 steps: "))
        var local = outcome
        local.image = nil
        #expect(BuildSummary(local, down: 0, up: 0, names: ["a"]).line.hasSuffix(", not on a server"))
    }

    @Test(
        "The form of progress follows from what is asked for and from the terminal",
        arguments: [
            (ProgressForm.auto, true, "xterm", ProgressForm.tty), (.auto, false, "xterm", .plain),
            (.auto, true, "dumb", .plain), (.tty, false, "xterm", .tty), (.tty, true, "dumb", .plain),
            (.plain, true, "xterm", .plain), (.quiet, true, "xterm", .quiet),
        ])
    func form(asked: ProgressForm, isTerminal: Bool, term: String, expected: ProgressForm) {
        #expect(asked.resolved(isTerminal: isTerminal, environment: ["TERM": term]) == expected)
    }
}
