import FoundationEssentials
import Logging
import Testing

@testable import larderd

@Suite("Log lines")
struct LogLineTests {
    private let line = LogLine(
        time: Date(timeIntervalSince1970: 1_700_000_000.25), level: .warning, message: "it's \"odd\"\n",
        metadata: ["http.path": "/a b", "bytes": "12", "empty": "", "tab": "a\u{1}b"])

    @Test("Text: one line, sorted keys, quotes where needed")
    func text() {
        #expect(
            line.text == #"2023-11-14T22:13:20.250Z warning "it's \"odd\"\n" bytes=12 empty="" "#
                + #"http.path="/a b" tab="a\u0001b""# + "\n")
    }

    @Test("JSON: one object that reads back")
    func json() throws {
        #expect(line.json.hasSuffix("}\n"))
        let values = try JSONDecoder().decode([String: String].self, from: Data(line.json.utf8))
        #expect(values["time"] == "2023-11-14T22:13:20.250Z")
        #expect(values["level"] == "warning")
        #expect(values["message"] == "it's \"odd\"\n")
        #expect(values["http.path"] == "/a b")
        #expect(values["tab"] == "a\u{1}b")
    }
}
