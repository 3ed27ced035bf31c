import Testing

/// A check that cannot fail checks nothing: each rule is shown text that breaks it and text that does not.
@Suite("The rules can fail")
struct RuleTests {
    private func file(_ text: String, path: String = "Sources/Chunking/Digest.swift") -> SourceFile {
        SourceFile(path: path, text: text)
    }

    private func lines(_ violations: [Violation]) -> [Int] {
        violations.map(\.line)
    }

    @Test("Comments and strings are blanked, interpolated code is not")
    func mask() {
        let source = ##"""
            let a = "import X \(b("}") + c) { " // import Y
            /* { /* nested */ { */ let d = #"\("{" \#(e)"# + #/"{/# + f
            let g = """
                { import Z "quoted" \(h)
                """
            """##
        let words = file(source).tokens.filter(\.isWord).map(\.text)
        #expect(words == ["let", "a", "b", "c", "let", "d", "e", "f", "let", "g", "h"])
        #expect(!file(source).tokens.contains { $0.text == "{" })
        #expect(file(source).tokens.last?.line == 5)
    }

    @Test("An import that a row does not allow is found, in every form")
    func imports() {
        let text = """
            // import Comment
            import FoundationEssentials
            @testable public import NIOCore
            import struct Hummingbird.Router
            let text = "import InString"
            """
        let violations = LayerRules.package.violations(in: file(text))
        #expect(
            violations.map(\.description) == [
                "Sources/Chunking/Digest.swift:3: Chunking may not import NIOCore",
                "Sources/Chunking/Digest.swift:4: Chunking may not import Hummingbird",
            ])
        #expect(lines(LayerRules.package.violations(in: file("", path: "Sources/New/New.swift"))) == [1])
    }

    @Test("A row that points up or sideways is found")
    func rows() {
        let rules = LayerRules(
            rows: [.init("top", targets: ["bottom"]), .init("bottom", targets: ["top", "bottom"])], everywhere: [])
        #expect(rules.upwardRows().count == 2)
    }

    @Test("Long files and functions are found, and only those")
    func lengths() {
        #expect(StyleRule.fileLength(file(String(repeating: "\n", count: 400))) == [])
        #expect(StyleRule.fileLength(file(String(repeating: "\n", count: 401))).count == 1)
        let body = String(repeating: "    call { $0 }\n", count: 69)
        for head in ["func f<T>(_ a: () -> T = { 1 }) async throws(E) -> [T] where T: P", "init?(a: [Int])", "deinit"] {
            #expect(StyleRule.functionLength(file("\(head) {\n\(body)}\n")).count == 1, "\(head)")
            #expect(StyleRule.functionLength(file("\(head) {\(body)}\n")) == [], "\(head)")
        }
        #expect(StyleRule.functionLength(file("\n\nvar long: Int {\n\(body)}\n")).map(\.line) == [3])
    }

    @Test("A declaration without a body does not take the next one's")
    func bodies() {
        let text = """
            protocol P {
                init(a: Int)
                func f() throws(E)
                var a: Int { get }
            }
            struct S {
                var a: Int
                var b = 1
                func g() { self.init(a: { 1 }()) }
            }
            """
        #expect(file(text).functions.map(\.name) == ["a", "g"])
    }

    @Test(
        "Banned calls are found in code only",
        arguments: [
            ("try! f()", 1), ("x as! Y", 1), ("fatalError(\"no\")", 1), ("try !f(); x as? Y; !try", 0),
            ("// try! f()\n\"fatalError(\"", 0), ("catch is FatalError", 0),
        ])
    func crashes(text: String, count: Int) {
        #expect(StyleRule.crashes(file(text)).count == count)
    }

    @Test("A second place that decodes JSON is found")
    func decoders() {
        #expect(StyleRule.decoders(file("let a = JSONDecoder().decode(B.self, from: c) // JSONDecoder")).count == 1)
        #expect(StyleRule.decoders(file("JSONDocument.value(in: c)")).isEmpty)
    }

    @Test("Markers are found as whole words")
    func markers() {
        #expect(lines(StyleRule.markers(file("ok\n// TO\("DO"): later\nlet FIX\("ME") = \"XX\("X")\""))) == [2, 3, 3])
        #expect(StyleRule.markers(file("mktemp XXXXXX; todo; TODOS")) == [])
    }

    @Test("Drawers are found by the name of a folder, target or file")
    func drawers() {
        #expect(StyleRule.drawers(file("", path: "Sources/OCI/Utils.swift")).count == 1)
        #expect(StyleRule.drawers(file("", path: "Sources/OCI/Helpers/Text.swift")).count == 1)
        #expect(StyleRule.drawers(file("", path: "Sources/OCI/Common+text.swift")).count == 1)
        #expect(StyleRule.drawers(file("", path: "Sources/OCI/CommonPrefix.swift")) == [])
    }

    @Test("A second public type, and one in a file of another name, are found")
    func publicTypes() {
        let alone = "public struct Digest { public enum Kind {} }\npublic func f() {}\nstruct Inner {}"
        #expect(StyleRule.publicTypes(file(alone)) == [])
        #expect(StyleRule.publicTypes(file(alone, path: "Sources/Chunking/Digest+text.swift")) == [])
        #expect(lines(StyleRule.publicTypes(file(alone + "\npublic final class Other {}"))) == [4])
        #expect(lines(StyleRule.publicTypes(file(alone, path: "Sources/Chunking/Hash.swift"))) == [1])
        #expect(StyleRule.publicTypes(file("public extension Digest { class func f() {} }")) == [])
    }

    @Test("Foundation is found, FoundationEssentials is not")
    func foundation() {
        #expect(lines(StyleRule.foundation(file("import FoundationEssentials\nimport Foundation"))) == [2])
    }

    @Test(
        "A test that is disabled everywhere is found",
        arguments: [
            ("@Test(.disabled())", 1), ("@Test(.disabled(\"slow\"))", 1), ("@Test(.enabled(if: false))", 1),
            ("@Test(.disabled(if: noRoot, \"needs root\"))", 0), ("@Test(.disabled(\"x\") { noRoot })", 0),
            ("@Test(.enabled(if: isRoot, \"needs root\"))", 0),
        ])
    func disabledTests(text: String, count: Int) {
        #expect(StyleRule.disabledTests(file(text)).count == count)
    }
}
