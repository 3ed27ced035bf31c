import CacheAPI
import Chunking
import FoundationEssentials
import SeededData

/// Keys of steps, and the question and answer about a graph of them.
enum KeyWork {
    static var benchmarks: [MicroBenchmark] {
        [
            MicroBenchmark("key.step", stepCount, "step") {
                { _ in
                    let base = StepKey.base(chain: [Digest(hashing: [1])], platform: "linux/amd64")
                    return Int((0..<stepCount).reduce(base) { key($1, on: $0) }.rawBytes[0])
                }
            },
            MicroBenchmark("key.content", 1_000, "row") {
                let entries = CodecWork.entries().entries
                return { _ in
                    var key = ContentKey()
                    key.beginSource("python3")
                    for entry in entries { key.add(path: entry.path.bytes, entry: entry) }
                    return Int(key.finalize().rawBytes[0])
                }
            },
            MicroBenchmark("lookup.query.write", stepCount, "step") {
                let query = query()
                return { _ in try JSONEncoder().encode(query).count }
            },
            MicroBenchmark("lookup.query.read", stepCount, "step") {
                let bytes = try JSONEncoder().encode(query())
                return { _ in try JSONDecoder().decode(GraphQuery.self, from: bytes).steps.count }
            },
            MicroBenchmark("lookup.answer.write", stepCount, "step") {
                let answer = answer()
                return { _ in try JSONEncoder().encode(answer).count }
            },
            MicroBenchmark("lookup.answer.read", stepCount, "step") {
                let bytes = try JSONEncoder().encode(answer())
                return { _ in try JSONDecoder().decode(GraphAnswer.self, from: bytes).steps.count }
            },
        ]
    }

    private static let stepCount = 100

    /// The key of an instruction with as many parts as a RUN has.
    private static func key(_ number: Int, on parent: Digest) -> Digest {
        var operation = OperationKey(kind: "run")
        operation.add("command", ["/bin/sh", "-c", "apt-get install --yes package-\(number)"])
        operation.add("environment", ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C"])
        operation.add("directory", "/srv/shop")
        operation.add("user", "0:0")
        operation.add("network", "default")
        return StepKey.step(op: operation.digest, parent: parent, inputs: number % 3 == 0 ? [parent] : [])
    }

    private static func query() -> GraphQuery {
        var random = SeededBytes(seed: 8)
        let base = GraphQuery.Parent.base(chain: [random.digest()], platform: "linux/amd64")
        return GraphQuery(
            scopes: [.main],
            steps: (0..<stepCount).map { number in
                GraphQuery.Step(
                    op: random.digest(), parent: number == 0 ? base : .step(number - 1),
                    inputs: number % 3 == 0 ? [.content(random.digest())] : [])
            })
    }

    private static func answer() -> GraphAnswer {
        var random = SeededBytes(seed: 9)
        var chain: [Digest] = []
        return GraphAnswer(
            steps: (0..<stepCount).map { _ in
                chain.append(random.digest())
                return GraphAnswer.Step(
                    verdict: .hit, key: random.digest(), parentKey: random.digest(), chain: chain, seconds: 1.5,
                    created: 1_700_000_000, scope: .main)
            })
    }
}
