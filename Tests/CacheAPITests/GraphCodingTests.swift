import Chunking
import FoundationEssentials
import Testing

@testable import CacheAPI

@Suite("Graphs and answers in JSON")
struct GraphCodingTests {
    private func digest(_ number: Int) -> Digest { Digest(hashing: Array("\(number)".utf8)) }

    private func coded<Value: Codable>(_ value: Value) throws -> (Value, String) {
        let data = try JSONEncoder().encode(value)
        return (try JSONDecoder().decode(Value.self, from: data), String(decoding: data, as: UTF8.self))
    }

    @Test("A query comes back as it was, and says nothing twice")
    func query() throws {
        let steps = [
            GraphQuery.Step(op: digest(1), parent: .base(chain: [digest(9)], platform: "linux/amd64"), inputs: []),
            GraphQuery.Step(
                op: digest(2), parent: .step(0),
                inputs: [.content(digest(3)), .paths(["/a", "/b"], of: .step(0))], isLinked: true),
            GraphQuery.Step(
                op: digest(4), parent: .step(1),
                inputs: [.paths(["/"], of: .base(chain: [], platform: "linux/arm64"))], built: [digest(5)]),
        ]
        let (back, text) = try coded(GraphQuery(scopes: [.main], steps: steps))
        #expect(back.steps.map(\.op) == steps.map(\.op) && back.steps.map(\.parent) == steps.map(\.parent))
        #expect(back.steps.map(\.inputs) == steps.map(\.inputs) && back.steps.map(\.built) == steps.map(\.built))
        #expect(back.steps.map(\.isLinked) == [false, true, false])
        #expect(text.contains(#""parent":1"#) && text.matches(of: /isLinked/).count == 1)
        for wrong in ["{}", #"{"op":1}"#, #"{"op":"\(digest(1))","parent":"x"}"#] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(GraphQuery.Step.self, from: Data(wrong.utf8))
            }
        }
    }

    @Test("Chains come back whole, whatever they share with those before")
    func answer() throws {
        let chains: [[Int]?] = [
            [1], [1, 2], nil, [1, 2, 3], [], [4, 5], [4, 6], [4], [4, 6, 7], [1, 2, 3], [1, 2, 3],
        ]
        let steps = chains.map { chain in
            GraphAnswer.Step(
                verdict: chain == nil ? .miss : .hit, key: digest(0), chain: chain.map { $0.map(digest) }, seconds: 0.5)
        }
        let (back, _) = try coded(GraphAnswer(steps: steps))
        #expect(back.steps.map(\.chain) == steps.map(\.chain))
        #expect(back.steps.map(\.verdict) == steps.map(\.verdict) && back.steps.allSatisfy { $0.seconds == 0.5 })
    }

    @Test("The answer about a long stage grows with its length, and not faster")
    func size() throws {
        func size(_ count: Int) throws -> Int {
            let steps = (1...count).map { GraphAnswer.Step(verdict: .hit, chain: (1...$0).map(digest)) }
            return try coded(GraphAnswer(steps: steps)).1.utf8.count
        }
        #expect(try size(80) < 9 * size(10))
    }

    @Test("A chain that begins with layers nobody has named is refused")
    func foreign() throws {
        let text = #"{"steps":[{"verdict":"hit","chain":[],"shared":1}]}"#
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(GraphAnswer.self, from: Data(text.utf8)) }
        let negative = #"{"steps":[{"verdict":"hit","chain":[],"shared":-1}]}"#
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(GraphAnswer.self, from: Data(negative.utf8)) }
    }
}
