import TestSupport
import Testing

@testable import Access

@Suite("JSON that strangers write")
struct JSONNodeTests {
    private func parse(_ text: String) throws -> JSONNode { try JSONNode(parsing: Array(text.utf8)) }

    @Test("Values are read with their lines, members in their order")
    func values() throws {
        let node = try parse(
            """
            {"b": [1, -2.5e3, true, null],
             "a": {"text": "\\u00e9\\ud83c\\udf5e\\n/\\/"}}
            """)
        #expect(node["a"]?["text"]?.text == "é🍞\n//")
        #expect(node["a"]?.line == 2)
        guard case .list(let elements) = node["b"]?.value else {
            Issue.record("no list")
            return
        }
        #expect(elements.map(\.number) == [1, -2500, nil, nil])
        #expect(elements.map(\.value).suffix(2) == [.bool(true), .null])
    }

    @Test(
        "What is not JSON is refused",
        arguments: [
            "", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "01", "1.", "-", "1e", "tru", "\"\u{1}\"", "\"\\x\"",
            "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\u+123\"", "[1] 2", "{\"a\":1,\"a\":2}", "nulL", "\"abc",
            "\u{feff}1",
        ])
    func refusals(text: String) {
        #expect(throws: AccessError.self) { try parse(text) }
    }

    @Test("Bytes that are not UTF-8 are refused")
    func encoding() {
        #expect(throws: AccessError.self) { try JSONNode(parsing: [0x22, 0xff, 0x22]) }
    }

    @Test("Depth is bounded, width is not")
    func depth() throws {
        let bound = JSONReader.depthMaximum
        _ = try parse(String(repeating: "[", count: bound) + String(repeating: "]", count: bound))
        #expect(throws: AccessError.self) { try parse(String(repeating: "[", count: 100_000)) }
        _ = try parse("[" + Array(repeating: "[]", count: 1000).joined(separator: ",") + "]")
    }

    @Test("The line of a flaw is said")
    func lines() {
        do {
            _ = try parse("{\n\"a\": 1,\n\"a\": 2}")
            Issue.record("taken")
        } catch {
            #expect((error as? AccessError)?.line == 3, "\(error)")
        }
    }

    @Test("Documents with random changes end in a value or an error", arguments: seeds)
    func noise(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let sample = Array("{\"iss\":\"a\",\"n\":[1,2.5e-3,{\"x\":\"\\ud83c\\udf5e\"}],\"t\":true}".utf8)
        for _ in 0..<2000 { _ = try? JSONNode(parsing: generator.mutated(sample)) }
    }
}
