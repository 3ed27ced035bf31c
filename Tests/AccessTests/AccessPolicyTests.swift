import Access
import CacheAPI
import OCI
import TestSupport
import Testing

@Suite("Who may do what")
struct AccessPolicyTests {
    private let policy = AccessPolicy()

    private func identity(_ grants: Grant...) -> Identity { Identity(.token, name: "t", grants: grants) }

    private func grant(
        _ project: String, _ rights: Rights, scopes: [String] = [], reads: [String] = [], tags: Grant.Tags = .ofScopes
    ) throws -> Grant {
        Grant(
            projects: try #require(NamePattern(project)), rights: rights,
            scopes: try scopes.map { try #require(NamePattern($0)) },
            readScopes: try reads.map { try #require(NamePattern($0)) }, tags: tags)
    }

    private func project(_ name: String) throws -> ProjectName { try #require(ProjectName(name)) }
    private func scope(_ name: String) throws -> ScopeName { try #require(ScopeName(name)) }

    @Test("A right in one project is none in another, which is as if it were not there")
    func otherProject() throws {
        let shop = identity(try grant("shop", .admin))
        #expect(policy.decide(.project(try project("shop"), .write), for: shop) == .allowed)
        #expect(policy.decide(.project(try project("bank"), .read), for: shop) == .absent)
        #expect(policy.decide(.repository(try RepositoryName("bank/api"), .write), for: shop) == .absent)
        // A name without a slash belongs to the project `default`.
        #expect(policy.decide(.repository(try RepositoryName("shop"), .read), for: shop) == .absent)
        #expect(!policy.decide(.server, for: shop).isAllowed)
        #expect(policy.decide(.server, for: identity(.everything)) == .allowed)
    }

    @Test("Who has a right, but not the one that is needed, is told which")
    func missingRight() throws {
        let reader = identity(try grant("shop", .read))
        #expect(
            policy.decide(.project(try project("shop"), .write), for: reader)
                == .denied("token:t lacks the right 'write' in project shop; it has 'read'."))
        #expect(
            policy.decide(writing: .main, in: try project("shop"), for: reader)
                == .denied("token:t lacks the right 'write' in project shop; it has 'read'."))
    }

    @Test("The anonymous are told to say who they are, everywhere alike")
    func anonymous() throws {
        for demand in try [.known, .anyProject(.read), .project(project("shop"), .read), .server] as [Demand] {
            #expect(policy.decide(demand, for: .anonymous) == .unauthenticated)
        }
        #expect(policy.decide(.open, for: .anonymous) == .allowed)
        let reader = Identity.anonymous.with(grants: [.readingEverything])
        #expect(policy.decide(.project(try project("shop"), .read), for: reader) == .allowed)
        #expect(policy.decide(.project(try project("shop"), .write), for: reader) == .unauthenticated)
        // So that clients that ask first whether they have to log in do.
        #expect(policy.decide(.known, for: reader) == .unauthenticated)
        #expect(policy.decide(.known, for: Identity.anonymous.with(grants: [.everything])) == .allowed)
    }

    @Test("A branch writes its own scope, and reads it, its base and the default one")
    func scopes() throws {
        let shop = try project("shop")
        let job = identity(try grant("shop", [.read, .write], scopes: ["feature/x"], reads: ["release/*"]))
        for (name, reads, writes) in [
            ("feature/x", true, true), ("main", true, false), ("release/1", true, false), ("feature/y", false, false),
        ] {
            #expect(policy.reads(try scope(name), in: shop, job) == reads, "\(name)")
            #expect(policy.decide(writing: try scope(name), in: shop, for: job).isAllowed == writes, "\(name)")
        }
        #expect(try !policy.reads(.main, in: project("bank"), job))
        #expect(
            policy.decide(writing: .main, in: shop, for: job)
                == .denied("token:t may not write scope 'main' of project shop; it writes 'feature/x'."))
    }

    @Test("The scope of one grant is not written with the right of another")
    func grantsApart() throws {
        let both = identity(
            try grant("shop", .read, scopes: ["main"]), try grant("shop", .write, scopes: ["feature/x"]))
        #expect(!policy.decide(writing: .main, in: try project("shop"), for: both).isAllowed)
        #expect(try !policy.decide(.write, on: TagName("latest"), in: RepositoryName("shop/api"), for: both).isAllowed)
    }

    @Test("The default scope writes any tag, another those that carry its name, a pattern those that it fits")
    func tags() throws {
        let repository = try RepositoryName("shop/api")
        let main = identity(try grant("shop", .write, scopes: ["main"]))
        let branch = identity(try grant("shop", .write, scopes: ["feature/x"]))
        let patterns = identity(
            try grant("shop", .write, scopes: ["main"], tags: .matching([#require(TagPattern("shop/api:v*"))])))
        for (tag, byMain, byBranch, byPattern) in [
            ("latest", true, false, false), ("feature-x", true, true, false), ("v1", true, false, true),
        ] {
            let tag = try TagName(tag)
            #expect(policy.decide(.write, on: tag, in: repository, for: main).isAllowed == byMain)
            #expect(policy.decide(.write, on: tag, in: repository, for: branch).isAllowed == byBranch)
            #expect(policy.decide(.write, on: tag, in: repository, for: patterns).isAllowed == byPattern)
        }
        let own = try RepositoryName("shop/cache/feature-x")
        #expect(try policy.decide(.write, on: TagName("any"), in: own, for: branch).isAllowed)
        #expect(try !policy.decide(.delete, on: TagName("feature-x"), in: repository, for: branch).isAllowed)
    }

    @Test("Another default scope")
    func defaultScope() throws {
        let policy = AccessPolicy(defaultScope: try scope("trunk"))
        let job = identity(try grant("shop", [.read, .write], scopes: ["main"]))
        #expect(policy.reads(try scope("trunk"), in: try project("shop"), job))
        #expect(try !policy.decide(.write, on: TagName("latest"), in: RepositoryName("shop/api"), for: job).isAllowed)
    }

    // MARK: Properties

    @Test("Another grant takes nothing away, and without grants nothing is allowed", arguments: seeds)
    func monotony(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            let one = identity(try Self.grant(&random))
            let more = one.with(grants: one.grants + [try Self.grant(&random)])
            let (project, scope, tag, repository) = try Self.place(&random)
            let right = [Rights.read, .write, .delete, .admin].randomElement(using: &random) ?? .read
            let questions: [(Identity) -> Bool] = [
                { policy.decide(.project(project, right), for: $0).isAllowed },
                { policy.decide(.repository(repository, right), for: $0).isAllowed },
                { policy.decide(writing: scope, in: project, for: $0).isAllowed },
                { policy.reads(scope, in: project, $0) },
                { policy.decide(.write, on: tag, in: repository, for: $0).isAllowed },
            ]
            for question in questions {
                #expect(!question(one) || question(more))
                #expect(!question(one.with(grants: [])))
            }
        }
    }

    @Test("Who has no right in a project is told the same of all it is asked to do there", arguments: seeds)
    func absence(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            let one = identity(try Self.grant(&random))
            let (project, scope, tag, repository) = try Self.place(&random)
            guard policy.rights(in: project, of: one).isEmpty else { continue }
            #expect(policy.decide(.project(project, .read), for: one) == .absent)
            #expect(policy.decide(writing: scope, in: project, for: one) == .absent)
            #expect(!policy.reads(scope, in: project, one))
            guard ProjectName(owning: repository.description) == project else { continue }
            #expect(policy.decide(.write, on: tag, in: repository, for: one) == .absent)
        }
    }

    private static func grant(_ random: inout SeededGenerator) throws -> Grant {
        let names = ["main", "feature/x", "*", "feature/*", "bank"]
        func scopes(_ random: inout SeededGenerator) -> [NamePattern] {
            (0..<Int.random(in: 0...2, using: &random)).compactMap { _ in
                names.randomElement(using: &random).flatMap { NamePattern($0) }
            }
        }
        return Grant(
            projects: try #require(NamePattern(["shop", "bank", "*", "s*"].randomElement(using: &random) ?? "shop")),
            rights: Rights(rawValue: .random(in: 0...7, using: &random)), scopes: scopes(&random),
            readScopes: scopes(&random),
            tags: Bool.random(using: &random) ? .ofScopes : .matching([try #require(TagPattern("v*"))]))
    }

    private static func place(
        _ random: inout SeededGenerator
    ) throws -> (ProjectName, ScopeName, TagName, RepositoryName) {
        let project = ["shop", "bank"].randomElement(using: &random) ?? "shop"
        let scope = ["main", "feature/x", "other"].randomElement(using: &random) ?? "main"
        let tag = ["latest", "v1", "feature-x"].randomElement(using: &random) ?? "v1"
        return (
            try #require(ProjectName(project)), try #require(ScopeName(scope)), try TagName(tag),
            try RepositoryName(project + ["/api", "/cache/feature-x"][Int.random(in: 0...1, using: &random)])
        )
    }
}
