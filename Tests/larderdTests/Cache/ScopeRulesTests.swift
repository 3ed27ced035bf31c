import CacheAPI
import Testing

@testable import larderd

@Suite("Scopes that trust each other")
struct ScopeRulesTests {
    private func trusts(_ rules: [String], _ other: String, in scope: String) throws -> Bool {
        let rules = ScopeRules(promotions: try rules.map { try #require(ScopeRules.Promotion($0)) })
        return rules.trusts(try #require(ScopeName(other)), in: try #require(ScopeName(scope)))
    }

    @Test("Only what a rule names, and never by default")
    func rules() throws {
        #expect(try !trusts([], "feature/x", in: "main"))
        #expect(try trusts(["main=feature/*"], "feature/x", in: "main"))
        #expect(try !trusts(["main=feature/*"], "feature/x", in: "release"))
        #expect(try !trusts(["main=feature/*"], "main", in: "feature/x"))
        #expect(try trusts(["feature/*"], "feature/x", in: "anything"))
        #expect(try !trusts(["*"], "main", in: "main"))
        #expect(try trusts(["main=pull/*", "release/*=main"], "main", in: "release/2"))
    }

    @Test("A rule without a pattern is none", arguments: ["", "=", "main=", "=feature/*"])
    func invalid(text: String) {
        #expect(ScopeRules.Promotion(text) == nil)
    }
}
