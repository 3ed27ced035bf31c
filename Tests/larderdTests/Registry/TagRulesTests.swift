import CacheAPI
import ChunkStore
import Chunking
import Logging
import NIOHTTP1
import OCI
import SystemPackage
import Testing

@testable import larderd

@Suite("Rules for tags")
struct TagRulesTests {
    private static func rules(immutable: String = "never-there", retention: String? = nil) throws -> TagRules {
        var rules = TagRules()
        rules.immutable = try #require(TagPatterns(immutable))
        if let retention { rules.retention = try #require(RetentionRule.rules(retention)) }
        return rules
    }

    @Test("An immutable tag is put once, and neither moved nor deleted")
    func immutable() async throws {
        try await withRegistry(rules: try Self.rules(immutable: "shop/*:v*")) { registry in
            let client = registry.client
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let other = try SampleImage(layers: [SampleImage.layer(["a"])], command: "/bin/false")
            let digest = try await registry.push(image, to: "shop/api", as: "v1")
            try await registry.push(other, to: "shop/api", as: "latest")
            try await registry.push(image, to: "shop/api", as: "latest")
            try await registry.push(image, to: "shop/api", as: "v1")
            let otherDigest = OCIDigest(.sha256, hashing: other.manifest)
            for reference in ["v1", "\(otherDigest)?tag=new&tag=v1"] {
                let answer = try await registry.put(other.manifest, to: "shop/api", as: reference)
                #expect(answer.status == 403)
                #expect(answer.registryError == "DENIED")
                #expect(answer.text.contains("v1") && answer.text.contains("immutable"))
            }
            for reference in ["v1", "\(digest)"] {
                let answer = try await client.send(.DELETE, "/v2/shop/api/manifests/\(reference)")
                #expect(answer.status == 403)
                #expect(answer.registryError == "DENIED")
            }
            #expect(try await client.get("/v2/shop/api/manifests/v1").bytes == image.manifest)
            #expect(try await client.get("/v2/shop/api/manifests/new").status == 404)
            #expect(try await client.send(.DELETE, "/v2/shop/api/manifests/v2").status == 404)
            try await registry.push(image, to: "tools/api", as: "v1")
            try await registry.push(other, to: "tools/api", as: "v1")
        }
    }

    @Test("Of several clients that put an immutable tag at once, one wins")
    func race() async throws {
        try await withRegistry(rules: try Self.rules(immutable: "v*")) { registry in
            let images = try (0..<8).map { number in
                try SampleImage(layers: [SampleImage.layer(["a"])], command: "/bin/\(number)")
            }
            for image in images { try await registry.push(image, to: "shop/api", as: "main") }
            let statuses = try await withThrowingTaskGroup(of: (Int, UInt).self) { group in
                for (number, image) in images.enumerated() {
                    group.addTask { (number, try await registry.put(image.manifest, to: "shop/api", as: "v1").status) }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            let winners = statuses.filter { $0.value == 201 }.map(\.key)
            #expect(winners.count == 1)
            #expect(statuses.values.allSatisfy { $0 == 201 || $0 == 403 })
            let present = try await registry.client.get("/v2/shop/api/manifests/v1").bytes
            #expect(present == winners.first.map { images[$0].manifest })
        }
    }

    @Test("An image that a build makes does not take an immutable tag either")
    func assembled() async throws {
        try await withRegistry { registry in
            let image = try SampleImage(layers: [SampleImage.layer(["a"])])
            let other = try SampleImage(layers: [SampleImage.layer(["a"])], command: "/bin/false")
            try await registry.push(image, to: "shop/api", as: "v1")
            var settings = ImageCatalog.Settings()
            settings.tagRules = try Self.rules(immutable: "v*")
            let catalog = ImageCatalog(executor: registry.executor, settings: settings, logger: .silent)
            let request = AssembleRequest(names: ["shop/api:v1"], config: other.configText)
            let project = try #require(ProjectName("shop"))
            let failure = await #expect(throws: (any Error).self) { try await catalog.assemble(request, in: project) }
            #expect(failure.map { APIFailure(reporting: $0).code } == .denied)
        }
    }

    private func candidates(_ times: [(String, UInt64)]) -> [RetentionRule.Candidate] {
        times.map { .init(tag: $0.0, used: $0.1, pushed: 0) }
    }

    @Test(
        "What goes by a rule",
        arguments: [
            ("shop/*:*=2", ["a", "b"]), ("shop/*:*=50s", ["a"]), ("*=10", []), ("bank/*:*=1", []),
            ("shop/*:d*=1", []), ("*=1+50s", ["a"]), ("*=3+1s", ["a"]), ("a*=1", []), ("*=4", []),
        ] as [(String, [String])])
    func expired(rule: String, expected: [String]) throws {
        let rule = try #require(RetentionRule(rule))
        let candidates = candidates([("b", 940), ("d", 1_000), ("a", 900), ("c", 960)].map { ($0.0, $0.1 + 10) })
        #expect(rule.expired(among: candidates, of: "shop/api", now: 1_000) == Set(expected))
    }

    @Test(
        "Rules that are none",
        arguments: ["", "x", "=3", "x=", "x=0", "x=-1", "x=3+", "x=3+4", "x=3d+4", "a/b=3", "x=y"])
    func invalid(text: String) {
        #expect(RetentionRule(text) == nil)
        #expect(RetentionRule.rules("*=3," + text) == nil)
    }

    @Test("Tags go by rule, with what only they named, but not what was just used or is immutable")
    func retention() async throws {
        let clock = ManualClock()
        try await withRegistry(options: clock.options) { registry in
            let client = registry.client
            var settings = Settings(root: "/")
            settings.tagRules = try Self.rules(immutable: "v*", retention: "shop/*:*=3,shop/ci:*=1d")
            var images: [SampleImage] = []
            for number in 0..<5 {
                images.append(try SampleImage(layers: [SampleImage.layer(["a"], seed: UInt64(number * 10 + 1))]))
                try await registry.push(images[number], to: "shop/api", as: "t\(number)")
                try await registry.push(images[number], to: "shop/ci", as: number == 0 ? "v0" : "t\(number)")
                clock.advance(by: 10)
            }
            func tags(_ repository: String) async throws -> String {
                try await client.get("/v2/\(repository)/tags/list").text
            }
            func upkeep() async throws -> TagUpkeep.Report {
                try await registry.executor.run { [settings] in try settings.tagUpkeep(of: $0) { false }.run() }
            }
            #expect(try await upkeep() == TagUpkeep.Report())
            clock.advance(by: 50_000)
            #expect(try await client.get("/v2/shop/ci/manifests/t1").status == 200)
            #expect(try await upkeep().tags == 2 + 1)
            #expect(try await tags("shop/api").contains(#""tags":["t2","t3","t4"]"#))
            #expect(try await tags("shop/ci").contains(#""tags":["t1","t3","t4","v0"]"#))
            let digest = Digest(hashing: images[0].manifest)
            #expect(try await client.get("/v2/shop/api/manifests/\(digest)").status == 404)
            #expect(try await client.get("/v2/shop/ci/manifests/\(digest)").status == 200)
            clock.advance(by: 100_000)
            let late = try await upkeep()
            #expect(late.tags == 3)
            #expect(try await tags("shop/ci").contains(#""tags":["v0"]"#))
            #expect(try await tags("shop/api").contains(#""tags":["t2","t3","t4"]"#))
        }
    }
}
