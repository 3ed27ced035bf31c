internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import Synchronization

/// What became of each step so far.
final class StepLog: Sendable {
    /// What became of one step.
    struct Entry: Sendable {
        var verdict: StepReport.Verdict
        /// The filesystem after the step, where it is known.
        var chain: [Digest]?
        /// When it was built; seconds since 1970.
        var created: Int64?
        /// How long it took here. Seconds.
        var seconds = 0.0
        /// How long the command of a RUN took here. Seconds.
        var commandSeconds = 0.0
        /// How long it took when it was built elsewhere. Seconds.
        var saved = 0.0
        /// The layer that was made here.
        var layer: Digest?
    }

    private let entries = Mutex<[Int: Entry]>([:])

    subscript(node: Int) -> Entry? {
        get { entries.withLock { $0[node] } }
        set { entries.withLock { $0[node] = newValue } }
    }

    /// Notes that a step need not be built.
    func hit(_ node: Int, _ answer: GraphAnswer.Step) {
        let isHit = answer.verdict == .hit
        self[node] = Entry(
            verdict: .hit, chain: isHit ? answer.chain : nil, created: isHit ? answer.created : nil,
            saved: answer.seconds ?? 0)
    }
}
