import Chunking
import TestSupport
import Testing

@testable import OCI

@Suite("Merged build caches")
struct BuildCacheTests {
    private typealias Record = BuildCacheConfig.Record

    @Test("What is written is read as the same, in the same order", arguments: seeds + [12_369_513_519_949_211_359])
    func normalForm(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<30 {
            let cache = try SampleCache(&random).cache()
            let graph = try cache.graph()
            #expect(graph.isInOrder)
            #expect(graph.records.count == cache.recordCount)
            #expect(try cache.merged(with: cache).hasContent(of: cache))
        }
    }

    @Test("All records of both are in the union, whichever was first", arguments: seeds)
    func union(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<30 {
            let (one, other) = (try SampleCache(&random).cache(), try SampleCache(&random).cache())
            let union = try one.merged(with: other)
            let graph = try union.graph()
            #expect(graph.isInOrder)
            // Who has noted something about each record finds it when it is read again.
            #expect(graph.records.count == union.recordCount)
            #expect(try graph.skeleton == other.merged(with: one).graph().skeleton)
            #expect(try union.merged(with: other).hasContent(of: union))
            for cache in [one, other] {
                let part = try cache.graph()
                let counterparts = part.counterparts(in: graph)
                #expect(counterparts.allSatisfy { !$0.isEmpty })
            }
            // What the newest has found is what is found.
            let newest = try other.graph()
            for (record, found) in zip(newest.records, newest.counterparts(in: graph)) where !record.results.isEmpty {
                let wanted = Set(record.results.map { newest.blobs(of: $0) })
                #expect(
                    found.contains { index in
                        wanted.isSubset(of: graph.records[index].results.map { graph.blobs(of: $0) })
                    })
            }
        }
    }

    @Test("Three writers may come in any order", arguments: seeds)
    func associative(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let caches = try (0..<3).map { _ in try SampleCache(&random, records: 12).cache() }
            let first = try caches[0].merged(with: caches[1]).merged(with: caches[2]).graph()
            let second = try caches[2].merged(with: caches[1].merged(with: caches[0])).graph()
            #expect(first.skeleton == second.skeleton)
        }
    }

    /// The first and the third are one by both inputs; the second is it by one input of the first and another of the third.
    @Test("Records are one by ways of several records", arguments: [[0, 1, 2], [1, 0, 2], [2, 0, 1]])
    func waysOfSeveral(order: [Int]) throws {
        func copy(_ ways: [Int], _ others: [Int]) -> Record {
            Record(digest: "copy", inputs: [ways.map { .init(link: $0) }, others.map { .init(link: $0) }])
        }
        let sources = (0..<6).map { Record(digest: "source \($0)") }
        let copies = [copy([0, 1], [3]), copy([1, 2], [4, 5]), copy([0], [3, 5])]
        let cache = try SampleCache(sources + order.map { copies[$0] }).cache()
        #expect(cache.recordCount == 7)
        #expect(try cache.graph().records.count == 7)
    }

    /// Two sources that compile to the same: what depends on the content is found on the ways of both.
    @Test("Records that have a way in common are one")
    func commonWay() throws {
        func writer(_ source: String) -> SampleCache {
            SampleCache(
                [
                    Record(digest: source), Record(digest: "content"),
                    Record(digest: "copy", inputs: [[.init(selector: nil, link: 0), .init(selector: nil, link: 1)]]),
                    Record(
                        digest: "test", layers: [.init(layer: 0, createdAt: "2026-01-01T00:00:00Z")],
                        inputs: [[.init(link: 2)]]),
                ], layers: [.init(blob: SampleCache.digest("layer", 1), parent: -1)])
        }
        let union = try writer("one").cache().merged(with: writer("two").cache()).graph()
        #expect(union.records.map(\.digest) == ["content", "one", "two", "copy", "test"])
        #expect(union.records[3].inputs == [[0, 1, 2].map { .init(record: $0, selector: "") }])
    }

    /// The tool is the same, whatever the source: who has either source finds what was made of the tool.
    @Test("What BuildKit exported of two versions is one with what they share")
    func recorded() throws {
        let caches = try RecordedCache.allCases.map { recorded in
            let config = try JSONDocument.decode(
                BuildCacheConfig.self, from: Array(recorded.rawValue.utf8), subject: "it")
            return try SampleCache(config.records ?? [], layers: config.layers ?? []).cache()
        }
        #expect(caches.map(\.recordCount) == [10, 10])
        let union = try caches[0].merged(with: caches[1])
        let graph = try union.graph()
        #expect(graph.records.count == 15)
        #expect(graph.layers.count == 13)
        for cache in caches {
            let part = try cache.graph()
            #expect(part.counterparts(in: graph).allSatisfy { $0.count == 1 })
        }
        // COPY --from=tools: by the content, and by the RUN that made it in either version.
        let copies = graph.records.filter { $0.inputs.count == 2 && $0.inputs[1].count > 1 }
        #expect(copies.map { $0.inputs.map(\.count) } == [[1, 3]])
    }

    @Test("Records that would be their own inputs stay apart")
    func noLoops() throws {
        let cache = try SampleCache([
            Record(digest: "a"), Record(digest: "d", inputs: [[.init(link: 0)]]),
            Record(digest: "d", inputs: [[.init(link: 0), .init(link: 1)]]),
        ]).cache()
        #expect(cache.recordCount == 3)
        let union = try cache.merged(with: cache)
        #expect(union.recordCount == 3)
        #expect(try union.graph().isInOrder)
    }

    @Test("A layer without a parent's number is on the first; results of layers that are not there are left out")
    func omitted() throws {
        let sample = SampleCache(
            [Record(digest: "a", layers: [.init(layer: 1, createdAt: "2026-01-01T00:00:00.5+02:00")])],
            layers: [.init(blob: SampleCache.digest("layer", 0), parent: -1), .init(blob: "", parent: 0)])
        let blob = SampleCache.digest("layer", 1)
        let first = SampleCache.digest("layer", 0)
        let text =
            #"{"layers":[{"blob":"\#(first)","parent":-1},{"blob":"\#(blob)","extra":1}],"#
            + #""records":[{"digest":"a","layers":[{"layer":1,"createdAt":"2026-01-01T00:00:00.5+02:00"}]}]}"#
        var whole = sample
        whole.config.layers?[1].blob = blob
        let read = try BuildCache(whole.manifest(), config: Array(text.utf8), used: 0).graph()
        #expect(read.records[0].results.map { read.blobs(of: $0) } == [[first, blob]])
        let less = try BuildCache(sample.manifest(), config: Array(text.utf8), used: 0)
        #expect(less.layerCount == 0)
        #expect(less.recordCount == 1)
    }

    @Test(
        "What BuildKit would refuse is refused, so that it cannot spoil what others wrote",
        arguments: [
            #"{"records":[{"digest":"a","inputs":[[{"link":0}]]}]}"#,
            #"{"records":[{"digest":"a","inputs":[[{"link":1}]]},{"digest":"b","inputs":[[{"link":0}]]}]}"#,
            #"{"records":[{"digest":"a","inputs":[null]}]}"#, #"{"records":[{"digest":"a","inputs":[[]]}]}"#,
            #"{"records":[{"digest":"a","inputs":[[{"link":7}]]}]}"#,
            #"{"records":[{"digest":"a","layers":[{"layer":-1,"createdAt":"2026-01-01T00:00:00Z"}]}]}"#,
            #"{"layers":[{"blob":"x","parent":0}]}"#, #"{"layers":[{"blob":"x","parent":-2}]}"#,
            #"{"layers":[{"blob":"x","parent":-1,"annotations":{"createdAt":"yesterday"}}]}"#,
            #"{"layers":[{"blob":"x","parent":-1}],"records":[{"layers":[{"layer":0,"createdAt":"2026-02-30T00:00:00Z"}]}]}"#,
            #"{"layers":"#, "[]", "",
        ])
    func refused(config: String) throws {
        let manifest = try SampleCache([]).manifest()
        #expect(throws: OCIError.self) { try BuildCache(manifest, config: Array(config.utf8), used: 0) }
    }
}
