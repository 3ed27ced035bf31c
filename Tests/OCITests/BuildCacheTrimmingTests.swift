import Chunking
import TestSupport
import Testing

@testable import OCI

@Suite("Build caches that are too large")
struct BuildCacheTrimmingTests {
    @Test("What was used least recently goes until it fits, and nothing that is needed", arguments: seeds)
    func trimmed(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<10 {
            var whole = try SampleCache(&random).cache(used: 1)
            for used in 2...4 as ClosedRange<UInt64> {
                whole = try whole.merged(with: SampleCache(&random).cache(used: used))
            }
            let size = try whole.documents().config.count
            let limits = BuildCache.Limits(configBytes: Int.random(in: size / 3..<size, using: &random))
            var kept = whole
            let dropped = try kept.trim(to: limits)
            #expect(dropped == whole.recordCount - kept.recordCount)
            #expect(dropped > 0)
            #expect(try kept.documents().config.count <= limits.configBytes)
            let graph = try kept.graph()
            #expect(graph.isInOrder)
            #expect(graph.records.count == kept.recordCount)
            var again = kept
            #expect(try again.trim(to: limits) == 0)
            #expect(again == kept)
        }
    }

    /// Two chains, of which one was not used since: it goes as a whole before anything of the other.
    @Test("A chain that nobody used goes from its end")
    func chain() throws {
        func chain(_ name: String, used: UInt64) throws -> BuildCache {
            let layers = (0..<50).map {
                BuildCacheConfig.Layer(blob: SampleCache.digest(name, $0), parent: $0 - 1, annotations: nil)
            }
            let records = (0..<50).map { index in
                BuildCacheConfig.Record(
                    digest: SampleCache.digest("key \(name)", index),
                    layers: [.init(layer: index, createdAt: "2026-01-01T00:00:00Z")],
                    inputs: index == 0 ? nil : [[.init(link: index - 1)]])
            }
            return try SampleCache(records, layers: layers).cache(used: used)
        }
        let old = try chain("old", used: 1)
        let both = try old.merged(with: chain("new", used: 2))
        let size = try both.documents()
        for limits in [
            BuildCache.Limits(configBytes: size.config.count * 3 / 4),
            BuildCache.Limits(manifestBytes: size.manifest.count * 3 / 4),
        ] {
            var kept = both
            let dropped = try kept.trim(to: limits)
            #expect((20..<50).contains(dropped))
            let digests = try kept.graph().records.map(\.digest)
            let wanted =
                (0..<50).map { SampleCache.digest("key new", $0) }
                + (0..<50 - dropped).map { SampleCache.digest("key old", $0) }
            #expect(Set(digests) == Set(wanted))
            #expect(kept.layerCount == wanted.count)
        }
    }

    /// A way that only an old build took does not keep what it leads to, nor is its loss one of the record.
    @Test("An old way to a record that is used goes without it")
    func oldWay() throws {
        func writer(_ source: String, used: UInt64) throws -> BuildCache {
            try SampleCache(
                [
                    .init(digest: source), .init(digest: "content"),
                    .init(
                        digest: "copy", layers: [.init(layer: 0, createdAt: "2026-01-01T00:00:00Z")],
                        inputs: [[.init(link: 0), .init(link: 1)]]),
                ], layers: [.init(blob: SampleCache.digest("layer", 1), parent: -1)]
            ).cache(used: used)
        }
        let text = String(repeating: "old", count: 1_000)
        var cache = try writer(text, used: 1).merged(with: writer("new", used: 2))
        #expect(try cache.trim(to: .init(configBytes: 2_000)) == 1)
        let graph = try cache.graph()
        #expect(graph.records.map(\.digest) == ["content", "new", "copy"])
        #expect(graph.records[2].inputs[0].count == 2)
    }

    @Test("What fits is left as it is, what never fits is refused")
    func bounds() throws {
        var random = SeededGenerator(seed: 1)
        var cache = try SampleCache(&random).cache()
        #expect(try cache.trim(to: .init()) == 0)
        #expect(throws: OCIError.self) { try cache.trim(to: .init(configBytes: 10)) }
    }
}
