import Testing

@Suite("The package keeps its layers and its style")
struct LayeringTests {
    static let sources = Result { try SourceTree.package.swiftFiles(in: "Sources") }
    static let tests = Result { try SourceTree.package.swiftFiles(in: "Tests") }

    @Test("A row of the table names only targets below it")
    func rowsPointDown() {
        #expect(LayerRules.package.upwardRows() == [])
    }

    @Test("A target imports only what its row allows")
    func imports() throws {
        try check(Self.sources, LayerRules.package.violations)
    }

    @Test("The table has a row for every target, and no other")
    func tableIsCurrent() throws {
        let targets = try SourceTree.package.folders(in: "Sources")
        #expect(LayerRules.package.rows.map(\.target).sorted() == targets)
    }

    /// Hummingbird and others say `#if canImport(Network)`, and would find a target of that name in a build from scratch.
    @Test("No target has the name of a module that packages look for on other systems")
    func foreignNames() throws {
        let foreign: Set = ["Network", "Security", "System", "CryptoKit", "CommonCrypto", "OSLog", "Combine", "Darwin"]
        #expect(foreign.isDisjoint(with: try SourceTree.package.folders(in: "Sources")))
    }

    @Test("Style limits of the sources", arguments: StyleRule.ofSources)
    func sourceStyle(rule: StyleRule) throws {
        try check(Self.sources, rule.violations)
    }

    @Test("Style limits of the tests", arguments: StyleRule.ofTests)
    func testStyle(rule: StyleRule) throws {
        try check(Self.tests, rule.violations)
    }

    private func check(
        _ files: Result<[SourceFile], any Error>, _ rule: (SourceFile) -> [Violation]
    ) throws {
        let files = try files.get()
        #expect(files.count > 10, "the sources were not found in \(SourceTree.package.root)")
        for violation in files.flatMap(rule) {
            Issue.record("\(violation)")
        }
    }
}
