import Chunking
import NIOHTTP1
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import ChunkStore
@testable import larderd

@Suite("What is kept of build caches")
struct CacheLimitTests {
    private static func counts(of registry: TestRegistry) async throws -> BuildCacheCounts {
        try await registry.executor.run { try BuildCacheCounts(of: $0) }
    }

    @Test("What writers had least recently goes when there is no more room, and stats says so")
    func trimmed() async throws {
        var rules = TagRules()
        rules.cacheLimits.configBytes = 6_000
        try await withRegistry(rules: rules) { registry in
            let one = try SampleWriter("one", padding: 4)
            try await one.push(to: "shop/cache", as: "main", registry)
            #expect(try await Self.counts(of: registry) == BuildCacheCounts())
            for number in 0..<10 {
                let writer = try SampleWriter("\(number)", form: .index, padding: 4)
                try await writer.push(to: "shop/cache", as: "main", registry)
                // One runner comes again and again.
                try await one.push(to: "shop/cache", as: "main", registry)
                let served = try await ServedCache("main", of: "shop/cache", registry)
                #expect(served.configSize <= 6_000)
                #expect(served.keys.isSuperset(of: one.keys + writer.keys))
            }
            let served = try await ServedCache("main", of: "shop/cache", registry)
            #expect(served.keys.isDisjoint(with: try SampleWriter("0").keys))
            // What no record names is not named.
            let gone = try SampleWriter("0").layers[1...].map { Digest(hashing: $0) }
            #expect(Set(served.layers.map(\.digest)).isDisjoint(with: gone))
            let counts = try await Self.counts(of: registry)
            #expect(counts.tags == 1)
            // The one below all others is none of the caches'.
            #expect(counts.records == served.config.records.map { UInt64($0.count - 1) })
            #expect(counts.merges > 10)
            #expect(counts.dropped > 20)
            #expect(counts.failures == 0)
        }
    }

    @Test("One push that is too large is served by its tag in part, by its digest as it was")
    func tooLarge() async throws {
        try await withRegistry { registry in
            let writer = try SampleWriter("one", padding: 8_000)
            #expect(writer.config.count > 1 << 20)
            try await writer.push(to: "shop/cache", as: "main", registry)
            let served = try await ServedCache("main", of: "shop/cache", registry)
            #expect((900_000...1_000_000).contains(served.configSize))
            #expect((3_000..<8_000).contains(served.keys.count))
            let own = try await registry.client.get("/v2/shop/cache/manifests/\(writer.digest)")
            #expect(own.bytes == writer.manifest)
            let counts = try await Self.counts(of: registry)
            #expect(counts.merges == 0 && counts.dropped > 1_000)
        }
    }

    @Test("A push that cannot be merged succeeds and takes the tag as it is")
    func damaged() async throws {
        try await withRegistry { registry in
            let (one, two) = (try SampleWriter("one"), try SampleWriter("two"))
            let config = Array(#"{"layers":[],"records":[{"digest":"x","inputs":[[{"link":0}]]}]}"#.utf8)
            let bad = try JSONDocument.encode(
                Manifest(config: SampleImage.descriptor(MediaType.buildCache, config), layers: []))
            _ = try await registry.push(config, to: "shop/cache")
            for (number, writer) in [one, two].enumerated() {
                try await writer.push(to: "shop/cache", as: "main", registry)
                #expect(try await ServedCache("main", of: "shop/cache", registry).digest == "\(writer.digest)")
                #expect(try await registry.put(bad, to: "shop/cache", as: "main").status == 201)
                #expect(try await registry.client.get("/v2/shop/cache/manifests/main").bytes == bad)
                #expect(try await Self.counts(of: registry).failures == 1 + 2 * UInt64(number))
            }
        }
    }

    @Test("A cache of which a layer is damaged is not merged into the next")
    func incomplete() async throws {
        try await withRegistry { registry in
            let (one, two) = (try SampleWriter("one"), try SampleWriter("two"))
            try await one.push(to: "shop/cache", as: "main", registry)
            try await registry.executor.run { store in
                let project = try #require(try store.project(named: "shop"))
                try store.use { core throws(StoreError) in
                    let digest = Digest(hashing: one.layers[2])
                    let row = try core.index.read { transaction throws(StoreError) in
                        try transaction.blob(digest, in: project)
                    }
                    if let row { core.forget(digest, of: project, ifStill: row) }
                }
            }
            try await two.push(to: "shop/cache", as: "main", registry)
            #expect(try await ServedCache("main", of: "shop/cache", registry).digest == "\(two.digest)")
        }
    }

    @Test("What was made goes a lease after it was superseded; what was pushed stays like other untagged manifests")
    func superseded() async throws {
        let clock = ManualClock()
        try await withRegistry(options: clock.options) { registry in
            let writers = try (0..<4).map { try SampleWriter("\($0)") }
            var made: [String] = []
            for writer in writers[..<3] {
                try await writer.push(to: "shop/cache", as: "main", registry)
                made.append(try await ServedCache("main", of: "shop/cache", registry).digest)
            }
            func status(_ digest: String) async throws -> UInt {
                try await registry.client.send(.HEAD, "/v2/shop/cache/manifests/\(digest)").status
            }
            #expect(try await status(made[1]) == 200)
            try await registry.executor.run { try $0.noteUse() }
            clock.advance(by: 100_000)
            try await writers[3].push(to: "shop/cache", as: "main", registry)
            #expect(try await status(made[1]) == 404)
            #expect(try await status(made[2]) == 200)
            for writer in writers { #expect(try await status("\(writer.digest)") == 200) }
            _ = try await registry.executor.run { try $0.collect() }
            let served = try await ServedCache("main", of: "shop/cache", registry)
            #expect(served.keys.isSuperset(of: writers.flatMap(\.keys)))
            #expect(try await Self.counts(of: registry).merges == 3)
            // What is noted about a tag goes with it.
            #expect(try await registry.client.send(.DELETE, "/v2/shop/cache/manifests/main").status == 202)
            #expect(try await Self.counts(of: registry) == BuildCacheCounts())
            clock.advance(by: 100_000)
            let settings = Settings(root: "/unused")
            let upkeep = try await registry.executor.run { try settings.tagUpkeep(of: $0) { false }.run() }
            #expect(upkeep.records == 1)
        }
    }

    @Test("What is noted is read as it was written, and nothing else is")
    func record() throws {
        var use = BuildCacheUse(served: .sha256(Digest(hashing: [1])))
        use.isMade = true
        (use.pushes, use.merges, use.dropped, use.failures, use.records) = (900, 800, 7, 6, 3)
        use.superseded = [.sha512(LongDigest(hashing: [2])), .sha256(Digest(hashing: [3]))]
        use.used = [900, 1, 700]
        let bytes = use.encoded()
        #expect(BuildCacheUse(decoding: bytes) == use)
        for count in 0..<bytes.count { #expect(BuildCacheUse(decoding: Array(bytes[..<count])) == nil) }
    }
}
