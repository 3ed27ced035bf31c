import OCI
import Testing

@testable import larderd

@Suite("Which registry a name means")
struct MirrorRulesTests {
    private func rules(_ entries: [String], fallback: String? = nil) throws -> MirrorRules {
        var rules = MirrorRules()
        rules.entries = try entries.map { try #require(MirrorRules.Entry($0)) }
        rules.fallback = try fallback.map { try RegistryHost($0) }
        return rules
    }

    @Test(
        "by the beginning of the path, or by the query as containerd writes it",
        arguments: [
            ("docker.io/library/debian", nil, "docker.io/library/debian"),
            ("docker.io/debian", nil, "docker.io/library/debian"), ("quay/org/app", nil, "quay.io/org/app"),
            ("org/app", "quay.io", "quay.io/org/app"), ("debian", "docker.io", "docker.io/library/debian"),
            ("org/app", "ghcr.io", nil), ("org/app", nil, nil), ("quay.io/org/app", nil, nil), ("quay", nil, nil),
        ] as [(String, String?, String?)])
    func place(name: String, namespace: String?, expected: String?) throws {
        let rules = try rules(["docker.io", "quay=quay.io"])
        #expect(rules.place(of: try RepositoryName(name), namespace: namespace)?.description == expected)
    }

    @Test("a host with a port needs a name, and names are one component")
    func entries() {
        #expect(MirrorRules.Entry("localhost:5000") == nil)
        #expect(MirrorRules.Entry("up=localhost:5000")?.name == "up")
        for text in ["a/b=quay.io", "=quay.io", "A=quay.io", "up=", ""] {
            #expect(MirrorRules.Entry(text) == nil, "\(text)")
        }
    }

    @Test("the default stands in for names that say nothing, or docker.io")
    func fallback() throws {
        let rules = try rules(["docker.io"], fallback: "docker.io")
        let name = try RepositoryName("debian")
        for namespace in [nil, "docker.io"] {
            let place = rules.fallbackPlace(of: name, namespace: namespace)
            #expect(place?.description == "docker.io/library/debian")
        }
        #expect(try self.rules(["docker.io"]).fallbackPlace(of: name, namespace: nil) == nil)
    }

    @Test("the default has nothing for who names another registry")
    func fallbackOfAnother() throws {
        let rules = try rules(["docker.io"], fallback: "docker.io")
        for namespace in ["quay.io", "127.0.0.1:5000", "", "not a host"] {
            #expect(rules.fallbackPlace(of: try RepositoryName("library/debian"), namespace: namespace) == nil)
        }
    }

    @Test("what is noted in the future is not fresh")
    func clock() {
        let now = WallClock.seconds
        #expect(WallClock.isWithin(60, of: now - 30))
        #expect(!WallClock.isWithin(60, of: now - 90))
        #expect(!WallClock.isWithin(60, of: now + 90))
        #expect(!WallClock.isWithin(0, of: now))
    }
}
