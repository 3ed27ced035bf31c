import CacheAPI
import Chunking
import Testing

@testable import larderd

@Suite("Which steps of a graph are hits")
struct GraphEvaluatorTests {
    private let platform = "linux/amd64"

    private func digest(_ text: String) -> Digest { Digest(hashing: Array(text.utf8)) }

    private func record(_ key: Digest, chain: [String], scope: ScopeName = .main) -> StepRecord {
        StepRecord(
            key: key, parent: digest("parent"), chain: chain.map(digest), components: [], instruction: "RUN true",
            seconds: 2.5, created: 1_700_000_000, scope: scope, writer: "test", replaces: false)
    }

    private func evaluate(
        _ steps: [GraphQuery.Step], records: [StepRecord] = [], missingLayers: [String] = [],
        contents: [[String]: Digest] = [:], scopes: [ScopeName] = [.main]
    ) throws -> [GraphAnswer.Step] {
        let missing = missingLayers.map(digest)
        let evaluator = GraphEvaluator(
            record: { scope, key in records.first { $0.scope == scope && $0.key == key } },
            hasLayer: { !missing.contains($0) },
            contentKey: { paths, _, _ in contents[paths] })
        return try evaluator.answer(GraphQuery(scopes: scopes, steps: steps)).steps
    }

    private func key(_ op: String, _ parent: Digest, _ inputs: [Digest] = []) -> Digest {
        StepKey.step(op: digest(op), parent: parent, inputs: inputs)
    }

    private var base: Digest { StepKey.base(chain: [digest("base")], platform: platform) }

    private func first(_ op: String, inputs: [GraphQuery.Input] = [], built: [Digest]? = nil) -> GraphQuery.Step {
        GraphQuery.Step(
            op: digest(op), parent: .base(chain: [digest("base")], platform: platform), inputs: inputs, built: built)
    }

    @Test("A recorded step is a hit with what was recorded")
    func hit() throws {
        let key = key("run", base)
        let answer = try #require(evaluate([first("run")], records: [record(key, chain: ["base", "a"])]).first)
        #expect(answer.verdict == .hit)
        #expect(answer.key == key)
        #expect(answer.parentKey == base)
        #expect(answer.chain == [digest("base"), digest("a")])
        #expect(answer.seconds == 2.5)
        #expect(answer.created == 1_700_000_000)
        #expect(answer.scope == .main)
    }

    @Test("A step below one that missed can hit")
    func hitBelowMiss() throws {
        let upper = key("run", base)
        let lower = key("copy", upper, [digest("context")])
        let steps = [
            first("run"),
            GraphQuery.Step(op: digest("copy"), parent: .step(0), inputs: [.content(digest("context"))]),
        ]
        let answers = try evaluate(steps, records: [record(lower, chain: ["base", "a", "b"])])
        #expect(answers.map(\.verdict) == [.miss, .hit])
        #expect(answers[0].key == upper)
        #expect(answers[0].chain == nil)
        #expect(answers[1].parentKey == upper)
    }

    @Test("Other input, other key")
    func input() throws {
        let key = key("copy", base, [digest("old")])
        let records = [record(key, chain: ["base"])]
        #expect(try evaluate([first("copy", inputs: [.content(digest("old"))])], records: records)[0].verdict == .hit)
        #expect(try evaluate([first("copy", inputs: [.content(digest("new"))])], records: records)[0].verdict == .miss)
    }

    @Test("Paths of a stage that missed are unknown, and so is what stands on their reader")
    func unknownInputs() throws {
        let steps = [
            first("build"),
            first("copy", inputs: [.paths(["/app"], of: .step(0))]),
            GraphQuery.Step(op: digest("run"), parent: .step(1), inputs: []),
        ]
        let answers = try evaluate(steps, contents: [["/app"]: digest("content")])
        #expect(answers.map(\.verdict) == [.miss, .unknown, .unknown])
        #expect(answers[1].parentKey == base)
        #expect(answers[1].key == nil)
        #expect(answers[2].parentKey == nil)
    }

    @Test("Paths that do not exist are unknown")
    func missingPaths() throws {
        let source = GraphQuery.Parent.base(chain: [digest("tools")], platform: platform)
        let answers = try evaluate([first("copy", inputs: [.paths(["/nothing"], of: source)])])
        #expect(answers[0].verdict == .unknown)
    }

    @Test("Paths of a hit are read in the chain it was recorded with")
    func pathsOfHit() throws {
        let build = key("build", base)
        let copy = key("copy", base, [digest("content")])
        let steps = [first("build"), first("copy", inputs: [.paths(["/app"], of: .step(0))])]
        let records = [record(build, chain: ["base", "out"]), record(copy, chain: ["base", "app"])]
        let answers = try evaluate(steps, records: records, contents: [["/app"]: digest("content")])
        #expect(answers.map(\.verdict) == [.hit, .hit])
        #expect(answers[1].key == copy)
    }

    @Test("What was just built stands in for a record")
    func built() throws {
        let copy = key("copy", base, [digest("content")])
        let steps = [
            first("build", built: [digest("base"), digest("fresh")]),
            first("copy", inputs: [.paths(["/app"], of: .step(0))]),
        ]
        let answers = try evaluate(
            steps, records: [record(copy, chain: ["base", "app"])], contents: [["/app"]: digest("content")])
        #expect(answers.map(\.verdict) == [.hit, .hit])
        #expect(answers[0].chain == [digest("base"), digest("fresh")])
        #expect(answers[0].key == key("build", base))
        #expect(answers[0].scope == nil)
    }

    @Test("Scopes are looked in from the first to the last")
    func scopes() throws {
        let branch = try #require(ScopeName("feature/x"))
        let key = key("run", base)
        let records = [record(key, chain: ["base", "main"]), record(key, chain: ["base", "x"], scope: branch)]
        #expect(try evaluate([first("run")], records: records, scopes: [branch, .main])[0].scope == branch)
        #expect(try evaluate([first("run")], records: records, scopes: [.main, branch])[0].scope == .main)
        #expect(try evaluate([first("run")], records: [records[1]], scopes: [.main])[0].verdict == .miss)
    }

    @Test("A record whose chain is not complete is no hit, and the next scope is looked in")
    func incompleteChain() throws {
        let parent = try #require(ScopeName("parent"))
        let key = key("run", base)
        let lost = record(key, chain: ["base", "lost"])
        #expect(try evaluate([first("run")], records: [lost], missingLayers: ["lost"])[0].verdict == .miss)
        let answer = try evaluate(
            [first("run")], records: [lost, record(key, chain: ["base", "kept"], scope: parent)],
            missingLayers: ["lost"], scopes: [.main, parent])[0]
        #expect(answer.scope == parent)
    }

    @Test("A graph that names later steps, or too much, is refused")
    func invalid() throws {
        let step = GraphQuery.Step(op: digest("run"), parent: .base(chain: [], platform: platform), inputs: [])
        func query(_ change: (inout GraphQuery.Step) -> Void) -> GraphQuery {
            var changed = step
            change(&changed)
            return GraphQuery(scopes: [.main], steps: [changed])
        }
        let long = Array(repeating: digest("layer"), count: 1025)
        let queries = [
            query { $0.parent = .step(0) },
            query { $0.parent = .step(-1) },
            query { $0.inputs = [.paths(["/a"], of: .step(7))] },
            query { $0.inputs = [.paths([], of: .base(chain: [], platform: platform))] },
            query { $0.inputs = Array(repeating: .content(digest("x")), count: 1025) },
            query { $0.parent = .base(chain: long, platform: platform) },
            query { $0.built = long },
            GraphQuery(scopes: [], steps: [step]),
            GraphQuery(scopes: Array(repeating: .main, count: 17), steps: [step]),
            GraphQuery(scopes: [.main], steps: Array(repeating: step, count: 4097)),
        ]
        for (index, query) in queries.enumerated() {
            let evaluator = GraphEvaluator(
                record: { _, _ in nil }, hasLayer: { _ in true }, contentKey: { _, _, _ in nil })
            let failure = #expect(throws: APIFailure.self, "query \(index)") { _ = try evaluator.answer(query) }
            #expect(failure?.code == .badRequest)
        }
    }
}
