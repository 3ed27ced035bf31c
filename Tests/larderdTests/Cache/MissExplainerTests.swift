import CacheAPI
import Chunking
import TestSupport
import Testing

@testable import larderd

@Suite("The nearest record to a miss")
struct MissExplainerTests {
    private func digest(_ text: String) -> Digest { Digest(hashing: Array(text.utf8)) }

    private func record(_ key: String, parent: String = "p", _ parts: [String: String], scope: ScopeName = .main)
        -> StepRecord
    {
        StepRecord(
            key: digest(key), parent: digest(parent), chain: [],
            components: parts.map { KeyComponent(name: $0.key, digest: digest($0.value)) }, instruction: "RUN \(key)",
            seconds: 1, created: 100, scope: scope, writer: "w", replaces: false)
    }

    private func explain(
        _ parts: [String: String], key: String = "now", parent: String = "p", places: [[StepRecord]],
        gone: Set<Digest> = []
    ) throws -> ExplainAnswer.Nearest? {
        let explainer = MissExplainer(
            trail: { place in
                var trail = StepTrail()
                for record in places[Int(place.rawBytes[0])].reversed() {
                    trail.add(
                        .init(key: record.key, scope: record.scope, writer: record.writer, created: record.created))
                }
                return trail
            },
            record: { scope, key in
                gone.contains(key) ? nil : places.flatMap { $0 }.first { $0.key == key && $0.scope == scope }
            })
        let query = ExplainQuery.Step(
            lineage: places.indices.compactMap { Digest(hexByte: UInt8($0)) }, key: digest(key), parent: digest(parent),
            components: parts.map { KeyComponent(name: $0.key, digest: digest($0.value)) }, instruction: "RUN now")
        return try explainer.answer(query).nearest
    }

    @Test("Parts that changed, came and went, by name")
    func differences() throws {
        let nearest = try explain(
            ["a": "1", "b": "2", "c": "3"], places: [[record("old", ["a": "1", "b": "0", "d": "4"])]])
        #expect(
            nearest?.differences == [
                .init(name: "b", kind: .changed), .init(name: "c", kind: .added), .init(name: "d", kind: .removed),
            ])
        #expect(nearest?.isSameParent == true && nearest?.isSameKey == false)
    }

    @Test("Of several the one that differs least; the second place only when the first is empty")
    func nearest() throws {
        let other = try #require(ScopeName("other"))
        let far = record("far", ["a": "0", "b": "0"])
        let near = record("near", ["a": "1", "b": "0"], scope: other)
        #expect(try explain(["a": "1", "b": "2"], places: [[far, near]])?.scope == other)
        #expect(try explain(["a": "1", "b": "2"], places: [[], [far]])?.instruction == "RUN far")
        #expect(try explain(["a": "1"], places: [[], []]) == nil)
    }

    @Test("The same key elsewhere is told before all else, and a record that is gone as gone")
    func sameKey() throws {
        let other = try #require(ScopeName("other"))
        let same = record("now", ["a": "0"], scope: other)
        let nearest = try explain(["a": "1"], places: [[record("near", ["a": "1"]), same]])
        #expect(nearest?.isSameKey == true && nearest?.scope == other)
        let gone = try explain(["a": "1"], places: [[record("old", ["a": "0"])]], gone: [digest("old")])
        #expect(gone != nil && gone?.instruction == nil && gone?.differenceCount == 0)
    }

    @Test("A trail keeps the last of each scope, and survives its form")
    func trail() throws {
        var trail = StepTrail()
        for number in 0..<20 {
            let scope = try #require(ScopeName("scope-\(number % 10)"))
            trail.add(.init(key: digest("\(number)"), scope: scope, writer: "w", created: Int64(number)))
        }
        #expect(trail.marks.count == StepTrail.marksMaximum)
        #expect(trail.marks.first?.created == 19)
        #expect(StepTrail(decoding: trail.encoded) == trail)
        var random = SeededGenerator(seed: 7)
        for _ in 0..<500 { _ = StepTrail(decoding: random.mutated(trail.encoded)) }
    }
}

extension Digest {
    /// A digest that begins with a byte.
    fileprivate init?(hexByte byte: UInt8) {
        let bytes = [byte] + [UInt8](repeating: 0, count: 31)
        guard let digest = unsafe Digest(rawBytes: bytes.span.bytes, at: 0) else { return nil }
        self = digest
    }
}
