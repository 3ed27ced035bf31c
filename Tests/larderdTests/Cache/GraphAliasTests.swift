import CacheAPI
import Chunking
import TestSupport
import Testing

@testable import larderd

@Suite("Aliases, renewed steps and trusted scopes in a graph")
struct GraphAliasTests {
    private let platform = "linux/amd64"
    private let base = GraphQuery.Parent.base(chain: [], platform: "linux/amd64")

    private func digest(_ text: String) -> Digest { Digest(hashing: Array(text.utf8)) }

    /// What a server knows. Records are by key alone, in the scope `main`.
    private struct Knowledge {
        var records: [Digest: StepRecord] = [:]
        var aliases: [[String]: StepAlias] = [:]
        /// Content by chain and paths.
        var contents: [[Digest]: [[String]: Digest]] = [:]
        var promoted: [Digest: StepRecord] = [:]

        func answer(_ query: GraphQuery) throws -> [GraphAnswer.Step] {
            var evaluator = GraphEvaluator(
                record: { scope, key in scope == .main ? records[key] : nil }, hasLayer: { _ in true },
                contentKey: { paths, chain, _ in contents[chain]?[paths] })
            evaluator.alias = { source, paths in source.scope == .main ? aliases[paths] : nil }
            evaluator.promoted = { promoted[$0] }
            return try evaluator.answer(query).steps
        }
    }

    private func record(_ key: Digest, _ chain: [String], created: Int64 = 1000) -> StepRecord {
        StepRecord(
            key: key, parent: digest("parent"), chain: chain.map(digest), components: [], instruction: "RUN true",
            seconds: 1, created: created, scope: .main, writer: "test", replaces: false)
    }

    private func step(
        _ op: String, on parent: GraphQuery.Parent? = nil, reads paths: String? = nil, of source: Int? = nil
    ) -> GraphQuery.Step {
        let inputs = paths.flatMap { paths in source.map { GraphQuery.Input.paths([paths], of: .step($0)) } }
        return GraphQuery.Step(op: digest(op), parent: parent ?? base, inputs: inputs.map { [$0] } ?? [])
    }

    private func key(_ op: String, _ parent: Digest? = nil, _ inputs: [String] = []) -> Digest {
        StepKey.step(
            op: digest(op), parent: parent ?? StepKey.base(chain: [], platform: platform), inputs: inputs.map(digest))
    }

    private func query(_ steps: [GraphQuery.Step], renewed: [Int] = [], oldest: Int64? = nil) -> GraphQuery {
        GraphQuery(scopes: [.main], steps: steps, renewed: renewed, oldest: oldest)
    }

    @Test("An alias stands in for a stage that is gone")
    func alias() throws {
        var server = Knowledge()
        server.aliases[["/app"]] = StepAlias(content: digest("app"), chain: [digest("old")])
        let copy = key("copy", nil, ["app"])
        server.records[copy] = record(copy, ["c"])
        let steps = [step("build"), step("copy", reads: "/app", of: 0)]
        let answers = try server.answer(query(steps))
        #expect(answers.map(\.verdict) == [.miss, .hit])
        #expect(answers[1].key == copy)
    }

    @Test("What is recorded goes before an alias")
    func recordFirst() throws {
        var server = Knowledge()
        server.aliases[["/app"]] = StepAlias(content: digest("app"), chain: [digest("old")])
        server.records[key("build")] = record(key("build"), ["new"])
        server.contents = [[digest("new")]: [["/app"]: digest("newer")]]
        let answers = try server.answer(query([step("build"), step("copy", reads: "/app", of: 0)]))
        #expect(answers[1].key == key("copy", nil, ["newer"]))
    }

    @Test("A stage that has to be built all the same has no alias: an image never has parts of two builds of it")
    func neededStage() throws {
        var server = Knowledge()
        server.aliases[["/app"]] = StepAlias(content: digest("app"), chain: [digest("old")])
        let copy = key("copy", nil, ["app"])
        server.records[copy] = record(copy, ["c"])
        // Something else is copied, too, of which nobody knows what it was.
        let other = [
            step("build"), step("copy", reads: "/app", of: 0), step("copy", on: .step(1), reads: "/lib", of: 0),
        ]
        #expect(try server.answer(query(other)).map(\.verdict) == [.miss, .unknown, .unknown])
        // A step stands on it and is missed.
        let standing = [
            step("build"), step("test", on: .step(0)), step("copy", reads: "/app", of: 0),
            step("copy", on: .step(2), reads: "/report", of: 1),
        ]
        server.aliases[["/report"]] = nil
        #expect(try server.answer(query(standing)).map(\.verdict) == [.miss, .miss, .unknown, .unknown])
        // What copies is missed itself, and needs the files.
        server.records = [:]
        #expect(
            try server.answer(query([step("build"), step("copy", reads: "/app", of: 0)])).map(\.verdict) == [
                .miss, .unknown,
            ])
    }

    @Test("Aliases of different results of a step are not mixed")
    func differentResults() throws {
        var server = Knowledge()
        server.aliases[["/app"]] = StepAlias(content: digest("app"), chain: [digest("one")])
        server.aliases[["/lib"]] = StepAlias(content: digest("lib"), chain: [digest("two")])
        let first = key("copy", nil, ["app"])
        let second = key("copy", first, ["lib"])
        server.records = [first: record(first, ["a"]), second: record(second, ["a", "b"])]
        let steps = [
            step("build"), step("copy", reads: "/app", of: 0), step("copy", on: .step(1), reads: "/lib", of: 0),
        ]
        #expect(try server.answer(query(steps)).map(\.verdict) == [.miss, .unknown, .unknown])
        server.aliases[["/lib"]] = StepAlias(content: digest("lib"), chain: [digest("one")])
        #expect(try server.answer(query(steps)).map(\.verdict) == [.miss, .hit, .hit])
    }

    @Test("A renewed step is missed with all that stands on it, and what is copied from it is unknown")
    func renewed() throws {
        var server = Knowledge()
        let (a, b, c) = (key("a"), key("b", key("a")), key("copy", nil, ["out"]))
        server.records = [a: record(a, ["a"]), b: record(b, ["a", "b"]), c: record(c, ["c"])]
        server.contents = [[digest("a"), digest("b")]: [["/out"]: digest("out")]]
        server.aliases[["/out"]] = StepAlias(content: digest("out"), chain: [digest("a"), digest("b")])
        let steps = [step("a"), step("b", on: .step(0)), step("copy", reads: "/out", of: 1)]
        #expect(try server.answer(query(steps)).map(\.verdict) == [.hit, .hit, .hit])
        let answers = try server.answer(query(steps, renewed: [0]))
        #expect(answers.map(\.verdict) == [.miss, .miss, .unknown])
        #expect(answers.map(\.key) == [a, b, nil])
        #expect(answers.map(\.isRenewed) == [true, true, nil])
        #expect(try server.answer(query(steps, renewed: [1])).map(\.verdict) == [.hit, .miss, .unknown])
    }

    @Test("Where age counts, a step counts only with all that it stands on")
    func age() throws {
        var server = Knowledge()
        let (a, b) = (key("a"), key("b", key("a")))
        server.records = [a: record(a, ["a"], created: 100), b: record(b, ["a", "b"], created: 200)]
        let steps = [step("a"), step("b", on: .step(0))]
        func verdicts(_ oldest: Int64) throws -> [GraphAnswer.Verdict] {
            try server.answer(query(steps, oldest: oldest)).map(\.verdict)
        }
        #expect(try verdicts(100) == [.hit, .hit])
        #expect(try verdicts(150) == [.miss, .miss])
        // The first was built again since: the second one stands on what it was before.
        server.records[a] = record(a, ["newer"], created: 300)
        #expect(try verdicts(150) == [.hit, .miss])
        #expect(try server.answer(query(steps, oldest: 150))[1].isRenewed == true)
        server.records[a] = nil
        #expect(try verdicts(150) == [.miss, .miss])
    }

    @Test("What a trusted scope recorded is found last")
    func promoted() throws {
        var server = Knowledge()
        var trusted = record(key("a"), ["theirs"])
        trusted.scope = try #require(ScopeName("feature"))
        server.promoted[key("a")] = trusted
        #expect(try server.answer(query([step("a")]))[0].scope == trusted.scope)
        server.records[key("a")] = record(key("a"), ["ours"])
        #expect(try server.answer(query([step("a")]))[0].scope == .main)
    }

    /// Random graphs and knowledge: whatever is answered, no step has a key that an alias gave while the step that the
    /// alias is of has to be built.
    @Test("No alias of what has to be built", arguments: seeds)
    func property(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var steps: [GraphQuery.Step] = []
            for index in 0..<Int.random(in: 2...9, using: &random) {
                let parent = index > 0 && Bool.random(using: &random) ? Int.random(in: 0..<index, using: &random) : nil
                let source = index > 0 && Bool.random(using: &random) ? Int.random(in: 0..<index, using: &random) : nil
                let path = "/\(Int.random(in: 0..<2, using: &random))"
                steps.append(
                    step("\(index)", on: parent.map { .step($0) }, reads: source == nil ? nil : path, of: source))
            }
            var server = Knowledge()
            server.aliases[["/0"]] = StepAlias(content: digest("0"), chain: [digest("x")])
            if Bool.random(using: &random) {
                server.aliases[["/1"]] = StepAlias(content: digest("1"), chain: [digest("x")])
            }
            // What can be recorded is found by asking until nothing new comes up.
            for _ in 0..<3 {
                for answer in try server.answer(query(steps)) {
                    guard let key = answer.key, answer.verdict == .miss, Int.random(in: 0..<3, using: &random) > 0
                    else { continue }
                    server.records[key] = record(key, ["\(key.short)"])
                }
            }
            let answers = try server.answer(query(steps))
            let demand = GraphDemand(query(steps)) { answers[$0].verdict == .hit }
            for (index, step) in steps.enumerated() {
                for case .paths(_, of: .step(let source)) in step.inputs where answers[index].key != nil {
                    #expect(!demand.isNeeded[source] || answers[source].verdict == .hit, "seed \(seed)")
                }
            }
        }
    }
}
