import Dockerfile
import Testing

@Suite struct PathPatternTests {
    private func pattern(_ text: String) throws -> PathPattern {
        try PathPattern(text, file: "Dockerfile", line: 3, text: "COPY \(text) /")
    }

    /// Go's documented behaviour, most of it with its own examples in mind.
    @Test(arguments: [
        ("abc", "abc", true), ("*", "abc", true), ("*c", "abc", true), ("a*", "a", true), ("a*", "abc", true),
        ("a*", "ab/c", false), ("a*/b", "abc/b", true), ("a*/b", "a/c/b", false), ("a*b*c*d*e*/f", "axbxcxdxe/f", true),
        ("a*b*c*d*e*/f", "axbxcxdxexxx/f", true), ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false),
        ("a*b?c*x", "abxbbxdbxebxczzx", true), ("a*b?c*x", "abxbbxdbxebxczzy", false), ("ab[c]", "abc", true),
        ("ab[b-d]", "abc", true), ("ab[e-g]", "abc", false), ("ab[^c]", "abc", false), ("ab[^b-d]", "abc", false),
        ("ab[^e-g]", "abc", true), ("a\\*b", "a*b", true), ("a\\*b", "ab", false), ("a?b", "a☺b", true),
        ("a[^a]b", "a☺b", true), ("a???b", "a☺b", false), ("[a-ζ]*", "α", true), ("*[a-ζ]", "A", false),
        ("a?b", "a/b", false), ("a*b", "a/b", false), ("[\\]a]", "]", true), ("[\\-]", "-", true),
        ("[x\\-]", "x", true),
        ("[x\\-]", "z", false), ("[\\-x]", "a", false), ("*x", "xxx", true), ("", "", true), ("", "a", false),
        ("**", "abc", true), ("**", "a/b", false), ("a[z-b]c", "axc", false), ("*.txt", "a.txt.txt", true),
        ("?", "", false),
        ("a[^x]b", "a/b", true), ("src/*.py", "src/a.py", true), ("src/*.py", "src/a/b.py", false),
        ("*/*", "a/b", true),
        ("a*", "", false), ("e\u{301}", "\u{e9}", false),
    ])
    func matching(text: String, path: String, expected: Bool) throws {
        #expect(try pattern(text).matches(path) == expected)
    }

    @Test(arguments: ["[]a]", "[-]", "[x-]", "[-x]", "a[", "a[^", "a[^bc", "[a-b-c]", "[", "[^]", "a\\", "[a\\", "a["])
    func malformedPatternsAreRefused(text: String) throws {
        let error = #expect(throws: DockerfileError.self) { try pattern(text) }
        #expect(error?.code == .syntax)
        #expect(error?.line == 3)
    }

    @Test func wildcardsAreSeen() throws {
        for text in ["*", "a?", "[ab]"] { #expect(try pattern(text).hasWildcard) }
        for text in ["a", "a\\*", ""] { #expect(try !pattern(text).hasWildcard) }
    }

    @Test func noPatternIsSlow() throws {
        let slow = String(repeating: "a*", count: 200) + "b"
        #expect(try !pattern(slow).matches(String(repeating: "a", count: 5000)))
    }
}
