internal import Chunking
internal import Synchronization

/// The chunks that the server is known to have, and those that are on their way to it, shared by all uploads of a build. They are under the
/// server's lease.
final class KnownChunks: Sendable {
    private struct State {
        var known: Set<Digest> = []
        var underWay: Set<Digest> = []
        /// Those who wait for what is under way; each looks again when something is not any more.
        var waiting: [CheckedContinuation<Bool, Never>] = []
    }

    private let state = Mutex(State())

    func contains(_ id: Digest) -> Bool {
        state.withLock { $0.known.contains(id) }
    }

    func insert(_ new: [Digest]) {
        state.withLock { $0.known.formUnion(new) }
    }

    /// Forgets what the server had, which it may have lost.
    func removeAll() {
        state.withLock { $0.known = [] }
    }

    /// Divides chunks that are to be sent: layers that are sent at the same time often have the same content, as one that was
    /// copied out of another.
    /// - Returns: positions of those that are the caller's to send, who must ``settle(_:haveArrived:)`` them and may not wait for others
    ///   before that, and of those that another upload is sending. The server has the rest.
    func claim(_ ids: [Digest]) -> (own: [Int], others: [Int]) {
        state.withLock { state in
            var (own, others): ([Int], [Int]) = ([], [])
            for (position, id) in ids.enumerated() where !state.known.contains(id) {
                if state.underWay.insert(id).inserted { own.append(position) } else { others.append(position) }
            }
            return (own, others)
        }
    }

    /// Ends the claim to chunks: the server has them now, or whoever wants them is to send them.
    func settle(_ ids: [Digest], haveArrived: Bool) {
        let waiting = state.withLock { state in
            state.underWay.subtract(ids)
            if haveArrived { state.known.formUnion(ids) }
            let waiting = state.waiting
            state.waiting = []
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: false) }
    }

    /// Waits until none of these chunks is under way.
    func waitUntilSettled(_ ids: [Digest]) async {
        var isSettled = false
        while !isSettled {
            isSettled = await withCheckedContinuation { continuation in
                let isSettledNow = state.withLock { state in
                    if state.underWay.isDisjoint(with: ids) { return true }
                    state.waiting.append(continuation)
                    return false
                }
                if isSettledNow { continuation.resume(returning: true) }
            }
        }
    }
}
