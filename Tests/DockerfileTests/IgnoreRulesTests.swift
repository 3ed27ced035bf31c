import Dockerfile
import Testing

@Suite struct IgnoreRulesTests {
    private func rules(_ text: String) throws -> IgnoreRules {
        try IgnoreRules(parsing: Array(text.utf8), file: ".dockerignore")
    }

    @Test(arguments: [
        ("**", "file", true), ("**/", "file", true), ("**", "dir/file", true), ("**/**", "dir/file", true),
        ("dir/**", "dir/file", true), ("dir/**", "dir/a/file", true), ("dir/**", "dir", false), ("**/dir", "dir", true),
        ("**/dir", "dir/file", true), ("**/dir", "a/b/dir/file", true), ("**/d2/*", "d1/d2/file", true),
        ("**/d2/*", "d1/d2", false), ("**/d2/**", "d1/d2/d3/file", true), ("**file", "file", true),
        ("**file", "a/bfile", true),
        ("**/file", "a/bfile", false), ("**/file*", "a/b/file.txt", true), ("**/f*.txt", "f.txt", true),
        ("**/**/*.txt", "a/b/c.txt", true), ("**/**/*.txt", "c.txt", true), ("**/*.txt2", "a/c.txt", false),
        ("a**/*.txt", "a/f.txt", true), ("a**/*.txt", "a/b/c/f.txt", true), ("a/*.txt", "a/b/f.txt", false),
        ("a/**/b", "a/b", true), ("a/**/b", "a/x/y/b", true), ("a/**/b", "a/xb", false), ("a/*.txt**", "a/f.txt", true),
        ("a[b-d]e", "ace", true), ("a[b-d]e", "aze", false), ("a[^b-d]e", "aze", true), (".*", ".foo", true),
        (".*", "foo", false), ("abc.def", "abcZdef", false), ("abc?def", "abcZdef", true), ("a\\*b", "a*b", true),
        ("a\\*b", "axb", false), ("a(b)c/d", "a(b)c/d", true), ("a.|)$(}+{bc", "a.|)$(}+{bc", true),
        ("dist/*.whl", "dist/x+1.whl", true),
        ("/foo", "foo", true), ("foo/", "foo/bar", true), ("./foo", "foo", true), ("foo/../bar", "bar", true),
        ("foo", "a/foo", false),
        ("*/temp*", "somedir/temporary.txt", true), ("*/temp*", "somedir/temp/x", true), ("*/temp*", "a/b/temp", false),
        ("*/*/temp*", "somedir/subdir/temporary.txt", true), ("temp?", "tempa", true), ("temp?", "tempab", false),
        ("*.md", "README.md", true), ("*.md", "docs/README.md", false), ("**/*.go", "main.go", true), (".", "a", false),
        ("/", "a", false), ("../a", "a", false), ("  foo \t", "foo", true), ("#foo", "foo", false),
        (" #foo", "#foo", true),
        ("foo\r", "foo", true), ("größe*", "größer", true), ("?", "ß", true), ("foo", "foobar", false),
        ("foo*", "foo", true),
        ("*/b", "a/b/c/d", true), ("", "a", false),
    ])
    func onePattern(pattern: String, path: String, expected: Bool) throws {
        #expect(try rules(pattern).ignores(path) == expected)
    }

    @Test(arguments: [
        ("*.md\n!README.md", ["README.md": false, "a.md": true]),
        (
            "*.md\n!README*.md\nREADME-secret.md",
            ["README.md": false, "README-x.md": false, "README-secret.md": true, "a.md": true]
        ),
        ("*.md\nREADME-secret.md\n!README*.md", ["README-secret.md": false, "a.md": true]),
        ("*\n!src\n!*.txt", ["src": false, "src/a/b": false, "a.txt": false, "other": true, "other/a.txt": true]),
        ("docs\n!docs/README.md", ["docs": true, "docs/a": true, "docs/README.md": false]),
        ("docs/*\n!docs/README.md", ["docs": false, "docs/a": true, "docs/README.md": false]),
        ("**\n!util/docker/web", ["util/docker/web/foo": false, "util/docker/x": true]),
        ("**\n!util/docker/web\nutil/docker/web/foo", ["util/docker/web/foo": true, "util/docker/web/bar": false]),
        ("!a\na", ["a": true, "a/b": true]),
        ("a\n! /a/b/", ["a/b": false, "a/b/c": false, "a/c": true]),
        // BuildKit does not ask the last pattern about `a`, which is out already, so it does not reach `a/x`.
        ("*\n!*/x\na", ["a": true, "a/x": false, "a/y": true]),
        (
            "**/__pycache__\n**/*.pyc\nnode_modules\n.git",
            [
                "x/__pycache__/y": true, "a/b.pyc": true, "node_modules/a/b/c": true, "a/node_modules": false,
                ".gitignore": false,
            ]
        ),
    ])
    func laterPatternsWin(text: String, expected: [String: Bool]) throws {
        let rules = try rules(text)
        for (path, isIgnored) in expected { #expect(rules.ignores(path) == isIgnored, "\(path)") }
    }

    @Test func whatCanStillBeLetIn() throws {
        let some = try rules("*\n!src/app\n!docs/**/*.md\n!lib/*/x")
        for path in ["src", "src/app", "docs", "docs/a", "docs/a/b", "lib", "lib/q"] {
            #expect(some.mayKeepBelow(path) == (path != "src/app"), "\(path)")
        }
        for path in ["source", "sr", "node_modules", "lib/q/y", "li", "src/other"] {
            #expect(!some.mayKeepBelow(path), "\(path)")
        }
        #expect(try rules("*\n!**/x").mayKeepBelow("any/where"))
        #expect(try rules("*\n!a/**").mayKeepBelow("a/b/c"))
        #expect(try !rules("*\n!a/**").mayKeepBelow("b"))
        #expect(try !rules("*\na").mayKeepBelow("a"))
        #expect(!IgnoreRules.none.mayKeepBelow("a"))
        #expect(!IgnoreRules.none.ignores("a"))
    }

    @Test(arguments: ["[", "a/[b", "!", "! ", "a\\", "[]", "![x-]"])
    func malformedPatternsAreRefused(pattern: String) throws {
        let error = #expect(throws: DockerfileError.self) { try rules("ok\n\n\(pattern)\n") }
        #expect(error?.code == .syntax)
        #expect(error?.line == 3)
        #expect(error?.file == ".dockerignore")
    }

    @Test func byteOrderMarkIsDropped() throws {
        #expect(try rules("\u{FEFF}foo").ignores("foo"))
    }

    @Test func hostilePatternsAreNotSlow() throws {
        let stars = try rules(String(repeating: "*a", count: 300) + "\n" + String(repeating: "**a/", count: 200) + "b")
        #expect(!stars.ignores(String(repeating: "b", count: 200)))
        #expect(try rules(String(repeating: "*", count: 200_000)).ignores("a/b"))
        #expect(try rules(String(repeating: "*/", count: 500) + "x").ignores("x") == false)
    }
}
