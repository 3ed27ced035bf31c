import Build
import CacheAPI
import Chunking
import FoundationEssentials
import SystemPackage
import Testing

@testable import larder

@Suite("What --report writes")
struct BuildReportTests {
    private struct Failure: Error, CustomStringConvertible {
        var description: String { "Dockerfile:3: RUN <b>\n  the command ended with status 1" }
    }

    /// Two stages, the second of which copies from the first.
    static func steps() -> [StepReport] {
        var install = StepReport(
            key: Digest(hashing: [1]), instruction: "RUN pip install `cat a|b` <x>", stage: "builder", verdict: .hit,
            saved: 75)
        install.line = 2
        install.parent = .image("debian:bookworm")
        var copy = StepReport(
            key: nil, instruction: "COPY --from=builder /a /b", stage: "1", verdict: .run, seconds: 1.25,
            bytes: 1_500_000,
            reason: "a_file|changed & <gone>")
        copy.line = 4
        copy.parent = .image("debian:bookworm")
        copy.sources = [.step(0)]
        var last = StepReport(key: nil, instruction: "RUN make", stage: "1", verdict: .skipped)
        last.parent = .step(1)
        return [install, copy, last]
    }

    private static func report(error: (any Error)? = nil) -> BuildReport {
        let id = Digest(hashing: [2])
        let outcome = BuildOutcome(
            error: error, image: error == nil ? AssembleAnswer(digest: id, size: 9, config: id) : nil,
            config: error == nil ? id : nil, steps: steps(), seconds: 2.5)
        return BuildReport(
            outcome: outcome, names: ["h:1/a:1"], scope: .main, scopeReason: "a test", down: 1000, up: 1_500_000)
    }

    private func text(_ form: ReportFlag.Form, error: (any Error)? = nil) throws -> String {
        String(decoding: try Self.report(error: error).text(form), as: UTF8.self)
    }

    @Test(
        "The text for a merge request says what was saved and why the rest was not, whatever characters instructions have"
    )
    func note() throws {
        let id = Digest(hashing: [2])
        #expect(
            try text(.md) == #"""
                ### Larder: 1 of 2 steps reused, 1 min 15 s saved

                Image: `h:1/a:1` · Digest: `\#(id)` · Time: `2.5 s` · Saved: `1 min 15 s` · Fetched: `1.0 kB` · Sent: `1.5 MB` · Scope: `main (a test)`

                | Step that was run | Time | Why |
                |---|---:|---|
                | 1 `COPY --from=builder /a /b` | 1.3 s | a\_file\|changed \& \<gone\> |

                <details><summary>All 3 steps</summary>

                | Step | | Time |
                |---|---|---:|
                | builder `` RUN pip install `cat a\|b` <x> `` | hit | saved 1 min 15 s |
                | 1 `COPY --from=builder /a /b` | run | 1.3 s |
                | 1 `RUN make` | skipped |  |

                </details>

                """#)
    }

    @Test("A build that failed says why, first")
    func failure() throws {
        let note = try text(.md, error: Failure())
        #expect(note.hasPrefix("### Larder: build failed, 1 of 2 steps reused\n"))
        #expect(note.contains("\n\n    Dockerfile:3: RUN <b>\n      the command ended with status 1\n\n"))
        #expect(!note.contains("Digest"))
        let page = try text(.html, error: Failure())
        #expect(page.contains("<pre class=\"failure\">Dockerfile:3: RUN &lt;b&gt;\n"))
    }

    @Test("The page has a box for each step and image, an arrow for each need, and no markup of the instructions")
    func page() throws {
        let page = try text(.html)
        #expect(page.components(separatedBy: "<rect ").count - 1 == 4)
        #expect(page.components(separatedBy: "<path class=\"stands\"").count - 1 == 3)
        #expect(page.components(separatedBy: "<path class=\"copy\"").count - 1 == 1)
        #expect(page.contains("RUN pip install `cat a|b` &lt;x&gt;"))
        #expect(!page.contains("<x>") && !page.contains("<gone>") && !page.contains("<script"))
    }

    @Test("The JSON has what each step stands on, and the keys that scripts rely on")
    func json() throws {
        let text = try text(.json)
        #expect(
            text.hasPrefix(#"{"bytesFetched":1000,"bytesSent":1500000,"config":"\#(Digest(hashing: [2]))","digest":"#))
        #expect(text.contains(#""parent":{"image":"debian:bookworm"},"reason":"a_file|changed & <gone>""#))
        #expect(text.contains(#""sources":[{"step":0}],"stage":"1","verdict":"run"}"#))
        #expect(text.contains(#""hits":1"#) && text.contains(#""runs":1"#) && text.contains(#""savedSeconds":75"#))
        #expect(!text.contains(#""error""#) && text.hasSuffix("}\n"))
        #expect(try self.text(.json, error: Failure()).contains(#""error":"Dockerfile:3"#))
    }

    @Test("A file's name says what is written, or the type")
    func flags() throws {
        let order = try order(
            ["--report", "a.html", "--report", "b.JSON", "--report", "type=md,dest=c", "--report", "dest=d.md", "."])
        #expect(order.reports.map(\.form) == [.html, .json, .md, .md])
        #expect(order.reports.map(\.file) == ["a.html", "b.JSON", "c", "d.md"])
        let surroundings = Surroundings.sample(["LARDER_REPORT": "e.md", "HOME": "/h", "LARDER_SERVER": "http://h:1"])
        #expect(try larderTests.order(["."], in: surroundings).reports.map(\.file) == ["e.md"])
        #expect(try larderTests.order(["--report", "a.html", "."], in: surroundings).reports.map(\.file) == ["a.html"])
    }

    @Test(
        "What cannot be told is refused",
        arguments: [
            ("a.txt", "end it in .html, .json or .md"), ("a", "end it in"), ("type=xml,dest=a", "not html, json or md"),
            ("type=md", "lacks dest=FILE"), ("dest=a", "lacks type="), ("type=md,dest=a,b=c", "'b'"),
        ])
    func refusals(value: String, part: String) {
        let text = refusal(["--report", value, "."])
        #expect(text.contains("--report") && text.contains(part), "\(text)")
    }
}
