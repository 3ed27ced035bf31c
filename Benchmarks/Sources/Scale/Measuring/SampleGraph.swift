import CacheAPI
import Chunking

/// The graph of a build: one stage, each of whose steps has a layer.
struct SampleGraph: Sendable {
    /// Names the instructions, one for each step: those with the same name are the same.
    let names: [Int]
    /// The layers from the bottom, one for each step.
    let chain: [Digest]

    private static let platform = "linux/amd64"

    private func operation(_ position: Int) -> OperationKey {
        var operation = OperationKey(kind: "run")
        operation.add("arguments", "step \(position) in form \(names[position])")
        operation.add("environment", "PATH=/usr/bin")
        operation.add("user", "0:0")
        return operation
    }

    var query: GraphQuery {
        GraphQuery(
            scopes: [.main],
            steps: names.indices.map { position in
                GraphQuery.Step(
                    op: operation(position).digest,
                    parent: position == 0 ? .base(chain: [], platform: Self.platform) : .step(position - 1), inputs: [])
            })
    }

    /// The key of what a step stands on.
    private func parent(_ position: Int) -> Digest {
        (0..<position).reduce(StepKey.base(chain: [], platform: Self.platform)) { below, step in
            StepKey.step(op: operation(step).digest, parent: below, inputs: [])
        }
    }

    /// What is kept of a step.
    func record(_ position: Int) -> StepRecord {
        let below = parent(position)
        let operation = operation(position)
        return StepRecord(
            key: StepKey.step(op: operation.digest, parent: below, inputs: []), parent: below,
            chain: Array(chain[...position]), components: operation.components, instruction: "RUN step \(position)",
            seconds: 1, created: 1_700_000_000, scope: .main, writer: "bench", replaces: false)
    }
}
