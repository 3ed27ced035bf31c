import CacheAPI
import Chunking
import Testing

@testable import larderd

@Suite("Steps that are laid on whatever is below")
struct LinkedStepTests {
    private func digest(_ text: String) -> Digest { Digest(hashing: Array(text.utf8)) }

    private func record(_ key: Digest, chain: [String]) -> StepRecord {
        StepRecord(
            key: key, parent: digest("parent"), chain: chain.map(digest), components: [],
            instruction: "COPY --link a b",
            seconds: 1, created: 1, scope: .main, writer: "test", replaces: false)
    }

    private func evaluate(base: String, _ steps: [GraphQuery.Step], _ records: [StepRecord]) throws -> [GraphAnswer
        .Step]
    {
        let evaluator = GraphEvaluator(
            record: { _, key in records.first { $0.key == key } }, hasLayer: { _ in true },
            contentKey: { _, _, _ in nil })
        return try evaluator.answer(GraphQuery(scopes: [.main], steps: steps)).steps
    }

    private func steps(on base: String) -> [GraphQuery.Step] {
        [
            GraphQuery.Step(op: digest("run"), parent: .base(chain: [digest(base)], platform: "p"), inputs: []),
            GraphQuery.Step(op: digest("copy"), parent: .step(0), inputs: [.content(digest("c"))], isLinked: true),
            GraphQuery.Step(op: digest("last"), parent: .step(1), inputs: []),
        ]
    }

    private var linked: Digest { StepKey.step(op: digest("copy"), parent: StepKey.linked, inputs: [digest("c")]) }

    @Test("Its key has nothing of what is below, that of the step above it has")
    func keys() throws {
        let one = try evaluate(base: "one", steps(on: "one"), [])
        let two = try evaluate(base: "two", steps(on: "two"), [])
        #expect(one.map(\.verdict) == [.miss, .miss, .miss])
        #expect(one[1].key == linked)
        #expect(two[1].key == linked)
        #expect(one[2].key != two[2].key)
        #expect(one[2].parentKey == StepKey.laid(linked, on: try #require(one[0].key)))
    }

    @Test("A hit tells its own layers, and the whole chain when what is below is a hit, too")
    func chains() throws {
        let below = try #require(try evaluate(base: "one", steps(on: "one"), [])[0].key)
        let alone = try evaluate(base: "one", steps(on: "one"), [record(linked, chain: ["layer"])])
        #expect(alone[1].verdict == .hit)
        #expect(alone[1].layers == [digest("layer")])
        #expect(alone[1].chain == nil)
        let both = try evaluate(
            base: "one", steps(on: "one"), [record(linked, chain: ["layer"]), record(below, chain: ["one", "run"])])
        #expect(both[1].layers == [digest("layer")])
        #expect(both[1].chain == [digest("one"), digest("run"), digest("layer")])
    }

    @Test("A linked step on a base is laid on the base")
    func onBase() throws {
        let step = GraphQuery.Step(
            op: digest("copy"), parent: .base(chain: [digest("b")], platform: "p"), inputs: [.content(digest("c"))],
            isLinked: true)
        let answer = try evaluate(base: "b", [step], [record(linked, chain: ["layer"])])
        #expect(answer[0].chain == [digest("b"), digest("layer")])
    }
}
