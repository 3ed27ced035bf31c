import Access
import TestSupport
import Testing

@Suite("Patterns for names")
struct NamePatternTests {
    /// The same by the book.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == UInt8(ascii: "*") {
            return (name.startIndex...name.endIndex).contains { matches(pattern.dropFirst(), name[$0...]) }
        }
        return name.first == first && matches(pattern.dropFirst(), name.dropFirst())
    }

    @Test("A pattern fits what its definition says", arguments: seeds)
    func definition(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            let text = Self.text(of: ["a", "b", "/", "*"], 1...7, &random)
            let name = Self.text(of: ["a", "b", "/"], 0...8, &random)
            let pattern = try #require(NamePattern(text))
            let expected = Self.matches(Array(text.utf8)[...], Array(name.utf8)[...])
            #expect(pattern.matches(name) == expected, "\(text) \(name)")
        }
    }

    private static func text(
        of letters: [String], _ lengths: ClosedRange<Int>, _ random: inout SeededGenerator
    ) -> String {
        (0..<Int.random(in: lengths, using: &random)).map { _ in letters.randomElement(using: &random) ?? "" }.joined()
    }

    @Test("A name that others have chosen fits itself alone, whatever is in it")
    func literal() {
        let pattern = NamePattern(only: "feature/*")
        #expect(pattern.matches("feature/*"))
        #expect(!pattern.matches("feature/x"))
        #expect(pattern.only == "feature/*")
        #expect(NamePattern(only: "*").matches("anything") == false)
        #expect(NamePattern("feature/*")?.only == nil)
        #expect(NamePattern("main")?.only == "main")
    }
}
