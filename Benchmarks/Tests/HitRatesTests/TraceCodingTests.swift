import FoundationEssentials
import HitRates
import Testing

@Suite struct TraceCodingTests {
    private func sketch() -> Sketch {
        var sketch = Sketch()
        sketch.commit([
            .init(lines: [.copy("src", version: 1), .run("compile"), .config("LABEL a=1")]),
            .init(from: 0, lines: [.copyFrom(0, "/bin")]),
        ])
        return sketch
    }

    @Test func aTraceIsReadAsItWasWritten() throws {
        let trace = sketch().trace
        #expect(try Trace(decoding: try trace.encoded(), named: "x") == trace)
    }

    @Test(arguments: ["", "hello\n", "{}\n"]) func somethingElseIsNoTrace(_ text: String) {
        #expect(throws: HitRatesError.self) { try Trace(decoding: Data(text.utf8), named: "x") }
    }

    /// Rows that refer to what is not there are named.
    @Test(arguments: [
        #"{"line":{"step":7,"text":"0123456789abcdef"}}"#, #"{"set":{"base":0,"add":[],"del":[]}}"#, "{}",
        #"{"build":{"commit":"a","time":1,"target":3,"stages":[{"base":null,"lines":[]}]}}"#,
    ])
    func aRowWithoutWhatItRefersToIsRefused(_ row: String) throws {
        let header = try Trace(TraceHeader(source: "x", dockerfile: "y", platform: "z")).encoded()
        let error = #expect(throws: HitRatesError.self) {
            try Trace(decoding: header + Data(row.utf8), named: "trace.jsonl")
        }
        #expect(error?.description.hasPrefix("trace.jsonl:2:") == true)
    }
}
