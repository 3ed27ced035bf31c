import CacheAPI
import OCI
import Testing

@testable import Access

@Suite("Access rules")
struct AccessRulesTests {
    private static let issuers =
        #""issuers":{"ci":{"issuer":"https://ci.example","audience":"larder","identity":"{repo}@{ref}"}}"#

    private func parsed(_ rules: String) throws(AccessError) -> AccessRules {
        try AccessRules(parsing: Array("{\(Self.issuers),\n\"rules\":[\(rules)]}".utf8))
    }

    private func outcome(_ rules: AccessRules, _ claims: String) throws -> AccessRules.Outcome {
        rules.outcome(
            forJobOf: try #require(rules.issuers.first), ClaimSet(try JSONNode(parsing: Array(claims.utf8))))
    }

    private func identity(_ rules: AccessRules, _ claims: String) throws -> Identity {
        switch try outcome(rules, claims) {
        case .identified(let identity, _): return identity
        case .refused(let reason): throw AccessError(.noRule, reason)
        }
    }

    @Test("The first rule that applies decides, and claims fill what it gives")
    func first() throws {
        let rules = try parsed(
            """
            {"name":"main","issuer":"ci","claims":{"ref":"refs/heads/main"},"project":"{repo|last|lower}","scope":"main",
             "rights":["read","write"],"tags":["*"]},
            {"name":"others","issuer":"ci","claims":{"ref":"refs/heads/*"},"project":"{repo|last|lower}","scope":"{ref|branch}",
             "reads":["main","release/*"],"rights":["read","write"]}
            """)
        let main = try identity(rules, #"{"repo":"Acme/Shop","ref":"refs/heads/main","exp":1000}"#)
        #expect(main.description == "job:ci:Acme/Shop@refs/heads/main")
        #expect(main.expires == 1060)
        let policy = AccessPolicy()
        let shop = try #require(ProjectName("shop"))
        #expect(policy.rights(in: shop, of: main) == [.read, .write])
        #expect(policy.decide(writing: .main, in: shop, for: main).isAllowed)
        let branch = try identity(rules, #"{"repo":"Acme/Shop","ref":"refs/heads/feature/x","exp":1000}"#)
        let feature = try #require(ScopeName("feature/x"))
        #expect(policy.decide(writing: feature, in: shop, for: branch).isAllowed)
        #expect(!policy.decide(writing: .main, in: shop, for: branch).isAllowed)
        #expect(policy.reads(try #require(ScopeName("release/1")), in: shop, branch))
        #expect(!policy.reads(try #require(ScopeName("feature/y")), in: shop, branch))
        #expect(policy.rights(in: try #require(ProjectName("bank")), of: branch) == [])
    }

    @Test("When none applies, the reason names the nearest rule and the claim")
    func nearest() throws {
        let rules = try parsed(
            """
            {"name":"a","issuer":"ci","claims":{"repo":"acme/x"},"project":"x"},
            {"name":"b","issuer":"ci","claims":{"repo":"acme/*","event":"push","ref":"refs/heads/main"},"project":"x"}
            """)
        let refused = try outcome(rules, #"{"repo":"acme/shop","event":"push","ref":"refs/heads/y"}"#)
        #expect(
            refused
                == .refused("rule 'b' came nearest, but 'ref' is 'refs/heads/y', and not refs/heads/main"))
        #expect(
            try outcome(rules, #"{"repo":"other/shop"}"#)
                == .refused("rule 'a' came nearest, but 'repo' is 'other/shop', and not acme/x"))
    }

    @Test(
        "Conditions",
        arguments: [
            (#"{"a":"x"}"#, #"{"a":"x"}"#, true), (#"{"a":"x"}"#, #"{"a":"xx"}"#, false), (#"{"a":"x"}"#, "{}", false),
            (#"{"a":"x*"}"#, #"{"a":"xx"}"#, true), (#"{"a":["x","y"]}"#, #"{"a":"y"}"#, true),
            (#"{"a":"y"}"#, #"{"a":["x","y"]}"#, true), (#"{"a":{"not":"x"}}"#, #"{"a":"y"}"#, true),
            (#"{"a":{"not":"x"}}"#, #"{"a":["y","x"]}"#, false), (#"{"a":{"not":"x"}}"#, "{}", true),
            (#"{"a":{"not":"x"}}"#, #"{"a":{"b":"x"}}"#, false), (#"{"a":{"is":"*","not":"x"}}"#, "{}", false),
            (#"{"a":"7"}"#, #"{"a":7}"#, true), (#"{"a":"true"}"#, #"{"a":true}"#, true),
            (#"{"a":"*"}"#, #"{"a":null}"#, false),
            (#"{"/k.io/ns":"ci"}"#, #"{"k.io":{"ns":"ci"}}"#, true),
        ])
    func conditions(condition: String, claims: String, applies: Bool) throws {
        let rules = try parsed("{\"issuer\":\"ci\",\"claims\":\(condition),\"project\":\"x\"}")
        if case .identified = try outcome(rules, claims) {
            #expect(applies)
        } else {
            #expect(!applies)
        }
    }

    @Test(
        "Filters",
        arguments: [
            ("branch", "refs/heads/feature/x", "feature/x"), ("branch", "refs/tags/v1", nil),
            ("branch", "refs/heads/", nil),
            ("tag", "refs/tags/v1", "v1"), ("number", "refs/pull/12/merge", "12"), ("number", "refs/pull/x/merge", nil),
            ("number", "refs/pull/012/merge", nil), ("number", "refs/merge-requests/3/head", "3"),
            ("last", "a/b/c", "c"),
            ("last", "https://j/job/main/", "main"), ("first", "a/b", "a"), ("lower", "AbC", "abc"),
            ("slug", "Feature/X_1--y", "feature-x-1-y"),
        ] as [(String, String, String?)])
    func filters(name: String, value: String, result: String?) throws {
        let filter = try #require(ClaimFilter(rawValue: name))
        #expect(filter.apply(value) == result)
    }

    @Test(
        "A claim never becomes a pattern, another repository or another project",
        arguments: [
            #"{"v":"*"}"#, #"{"v":"a*"}"#, #"{"v":"a\u0000"}"#, #"{"v":["a","b"]}"#, "{}", #"{"v":""}"#, #"{"v":"A"}"#,
            #"{"v":"a/b"}"#, #"{"v":"../x"}"#, #"{"v":{"a":"b"}}"#,
        ])
    func hostileValues(claims: String) throws {
        let rules = try parsed(#"{"issuer":"ci","claims":{"v":{"not":"zzz"}},"project":"{v}","rights":["read"]}"#)
        if case .identified(let identity, _) = try outcome(rules, claims) { Issue.record("\(identity.grants)") }
    }

    @Test("A colon of a claim does not choose the repository of a tag")
    func colons() throws {
        let rules = try parsed(
            #"{"issuer":"ci","claims":{"v":"*"},"project":"x","rights":["write"],"tags":["{v}"]}"#)
        if case .identified = try outcome(rules, #"{"v":"bank/api:latest"}"#) { Issue.record("taken") }
        _ = try identity(rules, #"{"v":"v1.2"}"#)
    }

    @Test("Users have what the rule about them gives")
    func users() throws {
        let rules = try parsed(
            """
            {"user":"alice","project":["shop","bank"],"scope":"main","rights":["read","write"],"tags":["*"]},
            {"user":"*","project":"{user}","rights":["read"]}
            """)
        #expect(rules.ruleAboutUsers != nil)
        guard case .identified(let alice, _) = rules.outcome(forUser: "alice"),
            case .identified(let bob, _) = rules.outcome(forUser: "bob")
        else {
            Issue.record("refused")
            return
        }
        #expect(alice.grants.map(\.projects.description) == ["shop", "bank"])
        #expect(bob.grants.map(\.projects.description) == ["bob"])
        #expect(bob.description == "user:bob")
        if case .identified = rules.outcome(forUser: "Bob Smith") { Issue.record("no project has such a name") }
    }

    @Test("Certificates have what the rule about their names gives, and no kind of name takes another's place")
    func certificates() throws {
        let rules = try parsed(
            """
            {"certificate":{"uri":"spiffe://acme.example/ci/*","fingerprint":{"not":"bad"}},"project":"{uri|last}",
             "scope":"main","rights":["read","write"]},
            {"certificate":{"dns":["*.ci.example","ci.example"]},"project":"x","rights":["read"]},
            {"certificate":{"cn":"boss"},"identity":"{cn}@acme","project":"*","rights":["admin"]}
            """)
        #expect(rules.ruleAboutCertificates != nil && rules.ruleAboutUsers == nil)
        func identity(
            cn: [String] = [], dns: [String] = [], uri: [String] = [], _ fingerprint: String = "f"
        ) -> Identity? {
            let claims = CertificateClaims(
                commonNames: cn, dnsNames: dns, uris: uri, fingerprint: fingerprint, expires: 99)
            guard case .identified(let identity, _) = rules.outcome(forCertificate: claims) else { return nil }
            return identity
        }
        let shop = try #require(identity(cn: ["boss"], uri: ["spiffe://acme.example/ci/shop"]))
        #expect(shop.description == "certificate:uri:spiffe://acme.example/ci/shop" && shop.expires == 99)
        #expect(shop.grants.map(\.projects.description) == ["shop"])
        #expect(identity(uri: ["spiffe://acme.example/ci/shop"], "bad") == nil)
        // Two names of a kind are no name of a project.
        #expect(identity(uri: ["spiffe://acme.example/ci/shop", "spiffe://acme.example/ci/bank"]) == nil)
        #expect(identity(uri: ["spiffe://acme.example/ci/*"]) == nil)
        #expect(identity(cn: ["spiffe://acme.example/ci/shop"], dns: ["boss"]) == nil)
        #expect(identity(dns: ["other", "a.ci.example"])?.description == "certificate:dns:other")
        #expect(identity(cn: ["boss"])?.description == "certificate:boss@acme")
        #expect(identity() == nil)
    }

    @Test(
        "What is wrong with a document is said with its line, and what was meant",
        arguments: [
            (#"{"isuer":"ci","project":"x"}"#, "did you mean 'issuer'?"),
            (#"{"issuer":"cj","claims":{"a":"b"},"project":"x"}"#, "did you mean 'ci'?"),
            (#"{"issuer":"ci","project":"x"}"#, "'claims' is missing"),
            (#"{"issuer":"ci","claims":{},"project":"x"}"#, "at least one claim"),
            (#"{"issuer":"ci","claims":{"a":"b"}}"#, "'project' is missing"),
            (#"{"issuer":"ci","claims":{"a":"b"},"project":"{a|lowr}"}"#, "did you mean 'lower'?"),
            (#"{"issuer":"ci","claims":{"a":"b"},"project":"{a"}"#, "without a '}'"),
            (#"{"issuer":"ci","claims":{"a":"b"},"project":"Shop"}"#, "name of no project"),
            (#"{"issuer":"ci","claims":{"a":"b"},"project":"x","rights":["wirte"]}"#, "did you mean 'write'?"),
            (#"{"issuer":"ci","claims":{"a":"b"},"project":"x","rights":["write"]}"#, "nothing to write to"),
            (#"{"issuer":"ci","claims":{"a":"b"},"project":"x","rights":[]}"#, "has none"),
            (#"{"issuer":"ci","claims":{"a":7},"project":"x"}"#, "a text or a list of texts"),
            (#"{"issuer":"ci","claims":{"a":{"isnt":"x"}},"project":"x"}"#, "means nothing"),
            (#"{"issuer":"ci","user":"x","claims":{"a":"b"},"project":"x"}"#, "and only one of them"),
            (#"{"project":"x"}"#, "to whom the rule applies"),
            (#"{"issuer":"ci","certificate":{"cn":"a"},"claims":{"a":"b"},"project":"x"}"#, "only one of them"),
            (#"{"certificate":{"cn":"a"},"claims":{"a":"b"},"project":"x"}"#, "goes into 'certificate'"),
            (#"{"certificate":{},"project":"x"}"#, "at least one claim"),
            (#"{"certificate":"a","project":"x"}"#, "as in {\"uri\""),
            (#"{"certificate":{"san":"a"},"project":"x"}"#, "they have cn, dns, uri, fingerprint"),
            (#"{"certificate":{"cn":"a"},"project":"{ref}"}"#, "'project' has 'ref'"),
            (#"{"certificate":{"cn":"a"},"project":"x","identity":"{sub}"}"#, "'identity' has 'sub'"),
            ("7", "is a number, and not an object"),
        ])
    func flaws(rule: String, words: String) {
        do throws(AccessError) {
            _ = try parsed(rule)
            Issue.record("taken")
        } catch {
            #expect(error.message.contains(words), "\(error)")
            #expect(error.line == 2)
        }
    }

    @Test(
        "Issuers are https, named once, and say for whom their tokens are",
        arguments: [
            #"{"issuer":"http://ci.example","audience":"x"}"#, #"{"issuer":"https://ci.example"}"#,
            #"{"audience":"x"}"#,
            #"{"issuer":"https://ci.example","audience":[]}"#, #"{"issuer":"https://u@ci.example","audience":"x"}"#,
            #"{"issuer":"https://ci.example?x","audience":"x"}"#,
            #"{"issuer":"http://127.0.0.1.example","audience":"x"}"#,
            #"{"issuer":"https://ci.example","audience":"x","jwks":"http://ci.example/keys"}"#,
        ])
    func issuers(issuer: String) {
        #expect(throws: AccessError.self) {
            try AccessRules(parsing: Array("{\"issuers\":{\"a\":\(issuer)},\"rules\":[]}".utf8))
        }
    }

    @Test("Two issuers of one URL are refused")
    func sameIssuer() {
        let issuer = #"{"issuer":"https://ci.example","audience":"x"}"#
        #expect(throws: AccessError.self) {
            try AccessRules(parsing: Array("{\"issuers\":{\"a\":\(issuer),\"b\":\(issuer)},\"rules\":[]}".utf8))
        }
    }
}
