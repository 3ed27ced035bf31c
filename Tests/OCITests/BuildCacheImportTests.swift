import Chunking
import TestSupport
import Testing

@testable import OCI

/// What BuildKit makes of a cache when it imports it.
private struct BuildKitImport {
    /// From a record to one that it is an input of.
    struct Way: Hashable {
        let source: Int
        let input: Int
        let selector: String?
        let record: Int
    }

    private let records: [BuildCacheConfig.Record]
    private(set) var ways: Set<Way> = []
    private var stored: Set<Int> = []

    /// As `NewCacheKeyStorage` does it, with the ends and the ways of each input in a random order, as those of Go's maps are.
    init(_ config: BuildCacheConfig, _ random: inout SeededGenerator) {
        records = config.records ?? []
        for end in Self.ends(of: records).shuffled(using: &random) {
            var visited: [Int: Bool] = [:]
            _ = add(end, &visited, &random)
        }
    }

    static func ends(of records: [BuildCacheConfig.Record]) -> [Int] {
        let inputs = Set(records.flatMap { ($0.inputs ?? []).flatMap { ($0 ?? []).map(\.link) } })
        return records.indices.filter { !inputs.contains($0) }
    }

    static func allWays(of config: BuildCacheConfig) -> Set<Way> {
        var ways: Set<Way> = []
        for (index, record) in (config.records ?? []).enumerated() {
            for (input, alternatives) in (record.inputs ?? []).enumerated() {
                for way in alternatives ?? [] {
                    ways.insert(Way(source: way.link, input: input, selector: way.selector, record: index))
                }
            }
        }
        return ways
    }

    /// Whether BuildKit has the record afterwards. `visited` keeps that it has not for one that was stored from another end before.
    private mutating func add(_ index: Int, _ visited: inout [Int: Bool], _ random: inout SeededGenerator) -> Bool {
        if let known = visited[index] { return known }
        visited[index] = false
        guard !stored.contains(index) else { return true }
        for (input, alternatives) in (records[index].inputs ?? []).enumerated() {
            for way in (alternatives ?? []).shuffled(using: &random) where add(way.link, &visited, &random) {
                ways.insert(Way(source: way.link, input: input, selector: way.selector, record: index))
            }
        }
        stored.insert(index)
        visited[index] = true
        return true
    }
}

@Suite("Build caches as BuildKit imports them")
struct BuildCacheImportTests {
    private typealias Record = BuildCacheConfig.Record

    private func written(_ cache: BuildCache) throws -> BuildCacheConfig {
        try JSONDocument.decode(BuildCacheConfig.self, from: cache.documents().config, subject: "it")
    }

    @Test("All ways of a union are found, whichever end BuildKit begins with", arguments: seeds)
    func union(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<30 {
            let (one, other) = (try SampleCache(&random).cache(), try SampleCache(&random).cache())
            let config = try written(one.merged(with: other))
            #expect(BuildKitImport.ends(of: config.records ?? []).count == 1)
            #expect(BuildKitImport(config, &random).ways == BuildKitImport.allWays(of: config))
        }
    }

    /// Two versions of a stage on one base, each copied to the same base: what a build with BuildKit lost half of the time.
    @Test("A stage that did not change is found after another version was merged")
    func stageThatDidNotChange() throws {
        func writer(_ version: String) throws -> BuildCache {
            try SampleCache([
                Record(digest: "base"), Record(digest: "style \(version)"), Record(digest: "config"),
                Record(digest: "COPY style", inputs: [[.init(link: 0)], [.init(link: 1)]]),
                Record(digest: "RUN", inputs: [[.init(link: 3)]]),
                Record(digest: "COPY --from", inputs: [[.init(link: 0)], [.init(link: 4)]]),
            ]).cache()
        }
        let config = try written(writer("one").merged(with: writer("two")))
        let records = config.records ?? []
        #expect(records.last?.digest == BuildCacheGraph.endDigest)
        var random = SeededGenerator(seed: 7)
        let imports = (0..<50).map { _ in BuildKitImport(config, &random).ways }
        #expect(imports.allSatisfy { $0 == BuildKitImport.allWays(of: config) })
        // Without that record it does lose some.
        let without = BuildCacheConfig(layers: [], records: records.dropLast())
        let poorer = (0..<50).map { _ in BuildKitImport(without, &random).ways }
        #expect(poorer.contains { $0.count < BuildKitImport.allWays(of: without).count })
    }

    @Test("The end is no record: it is not counted, not merged, and not in the cache of one end")
    func endIsNoRecord() throws {
        func writer(_ name: String) throws -> BuildCache {
            try SampleCache([Record(digest: "base"), Record(digest: name, inputs: [[.init(link: 0)]])]).cache()
        }
        let (one, two, three) = (try writer("one"), try writer("two"), try writer("three"))
        #expect(try written(one).records?.count == 2)
        let union = try one.merged(with: two)
        #expect(union.recordCount == 3)
        #expect(try written(union).records?.count == 4)
        let again = try BuildCache(SampleCache([]).manifest(), config: union.documents().config, used: 0)
        #expect(again.hasContent(of: union))
        let digests = try written(again.merged(with: three)).records?.map(\.digest)
        #expect(digests?.count { $0 == BuildCacheGraph.endDigest } == 1)
    }
}
