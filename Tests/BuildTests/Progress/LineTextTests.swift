import Testing

@testable import Build

@Suite("Lines as a terminal shows them")
struct LineTextTests {
    @Test(
        "Nothing in a line moves the cursor",
        arguments: [
            ("plain", "plain"), ("a\tb", "a    b"), ("\u{1b}[31mred\u{1b}[0m", "red"), ("50%\r100%", "100%"),
            ("end\r", "end"), ("\u{1b}]0;title\u{07}x", "x"), ("\u{1b}]0;title\u{1b}\\x", "x"),
            ("a\u{08}b\u{00}c", "abc"),
            ("\u{1b}[2Ktext\u{1b}", "text"), ("\u{9b}31mx", "31mx"), ("\u{1b}[", ""), ("naïve 日本", "naïve 日本"),
        ])
    func printable(line: String, expected: String) {
        #expect(LineText.printable(line) == expected)
    }

    @Test("Text is cut to columns, not to characters")
    func fit() {
        #expect(LineText.fit("abcdef", 6) == "abcdef")
        #expect(LineText.fit("abcdef", 5) == "abcd…")
        #expect(LineText.fit("日本語", 6) == "日本語")
        #expect(LineText.fit("日本語", 5) == "日本…")
        #expect(LineText.fit("日本語", 4) == "日…")
        #expect(LineText.fit("e\u{301}e\u{301}", 2) == "e\u{301}e\u{301}")
        #expect(LineText.fit("abc", 1) == "…")
        #expect(LineText.fit("abc", 0) == "")
    }

    @Test("The right part stays at the right edge", arguments: 1...40)
    func spread(columns: Int) {
        let line = LineText.spread("a long text on the left", "4.2s", columns)
        #expect(LineText.width(line) <= columns)
        if columns > 6 { #expect(line.hasSuffix(" 4.2s") && LineText.width(line) == columns) }
    }
}
