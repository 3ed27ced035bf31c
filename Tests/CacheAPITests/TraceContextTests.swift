import CacheAPI
import TestSupport
import Testing

/// The example of the specification.
private let validHeader = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

@Suite("Trace contexts")
struct TraceContextTests {
    @Test("A valid header is read, and written as it was")
    func valid() throws {
        let context = try #require(TraceContext(traceparent: validHeader))
        #expect(context.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(context.spanID == "00f067aa0ba902b7")
        #expect(context.isSampled)
        #expect(context.traceparent == validHeader)
        let later = validHeader.replacing("00-4b", with: "cc-4b") + "-more"
        #expect(TraceContext(traceparent: later)?.traceID == context.traceID)
    }

    @Test(
        "What the specification calls invalid is none",
        arguments: [
            "", "00", validHeader + "-more", validHeader + "0", validHeader.uppercased(),
            validHeader.replacing("00-4b", with: "ff-4b"),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ])
    func invalid(_ text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test("What is made here can be read, and a child is another span of the same trace")
    func made() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<1000 {
            let context = TraceContext(using: &random)
            #expect(TraceContext(traceparent: context.traceparent) == context)
            let child = context.child(using: &random)
            #expect(child.traceID == context.traceID && child.spanID != context.spanID)
        }
    }
}
