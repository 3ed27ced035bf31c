import CacheAPI
import OCI
import TestSupport
import Testing

@testable import Access

@Suite("Names of scopes in tags")
struct TagSlugTests {
    private func carries(_ tag: String, _ scope: String) throws -> Bool {
        try TagSlug(#require(ScopeName(scope)), default: .main).isCarried(by: TagName(tag))
    }

    @Test(
        "A tag carries the name as a whole",
        arguments: [
            ("feature-x", "feature/x"), ("feature-x-abc123", "feature/x"), ("1.2-feature-x", "feature/x"),
            ("v3_feature-x.4", "feature/x"), ("Feature-X", "Feature/X"), ("feature-x", "Feature/X"),
            ("jira-12-a.b", "JIRA-12/a.b"), ("jira-12-a-b", "JIRA-12/a.b"), ("pull-7", "pull/7"),
            ("fix-a-b", "fix//a&b"),
        ])
    func carried(tag: String, scope: String) throws {
        #expect(try carries(tag, scope))
    }

    @Test(
        "No part of a word, nothing of the default scope, and no release",
        arguments: [
            ("feature-xy", "feature/x"), ("afeature-x", "feature/x"), ("feature", "feature/x"), ("x", "feature/x"),
            ("latest", "latest"), ("latest", "Latest"), ("1.2", "1.2"), ("v1", "v1"), ("1.2-x", "1.2"),
            ("stable", "/stable/"), ("main", "Main"), ("main", "/main"), ("main-x", "main!"), ("a", "ü"), ("2", "2"),
            ("main-17", "main-17"), ("1.2-main", "2/main"),
        ])
    func notCarried(tag: String, scope: String) throws {
        #expect(try !carries(tag, scope))
    }

    @Test(
        "Caches of a scope's own",
        arguments: [
            ("shop/cache/feature-x", true), ("shop/api/cache/feature-x", true), ("shop/api/cache-feature-x", true),
            ("shop/cache-feature-x", true), ("cache/feature-x", false), ("cache-feature-x", false),
            ("shop/cache/feature-y", false), ("shop/feature-x", false), ("shop/cache/feature-x/y", false),
            ("shop/cache-feature-xy", false), ("shop/xcache-feature-x", false),
        ])
    func repositories(name: String, isOwn: Bool) throws {
        let slug = TagSlug(try #require(ScopeName("feature/x")), default: .main)
        #expect(try slug.owns(RepositoryName(name)) == isOwn)
    }

    @Test("Whatever a scope is called, its slug is in no release's tag", arguments: seeds)
    func releases(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let parts = ["latest", "main", "stable", "1", "v2", ".", "-", "/", "_", "V", "é", " ", "release"]
        for _ in 0..<500 {
            let name = (0..<Int.random(in: 1...4, using: &random)).map { _ in parts.randomElement(using: &random) ?? ""
            }
            .joined()
            guard let scope = ScopeName(name), scope != .main else { continue }
            let slug = TagSlug(scope, default: .main)
            for tag in ["latest", "main", "stable", "1", "1.1", "v2", "v2.1", "1-1", "main-1", "main-v2", "1.2-main"] {
                #expect(try !slug.isCarried(by: TagName(tag)), "\(name) \(tag)")
            }
        }
    }
}
