internal import Chunking
internal import Synchronization

/// Promises that what was just reported or stored will not be collected. In memory; after a start, everything is held
/// for one period.
///
/// What is noted is held for at least one period and at most two: there is one set for this period and one for the
/// period before. Of each thing only a hash of 64 bits is kept; two that have the same are held together.
final class Leases: Sendable {
    /// When a period has more than this many, everything is held until the period after it is over.
    static let countMaximum = 1 << 20

    private struct State {
        var current: Set<UInt64> = []
        var previous: Set<UInt64> = []
        var period: UInt64
        /// Everything is held before this moment.
        var allHeldUntil: UInt64
    }

    private let length: UInt64
    private let clock: StoreClock
    private let state: Mutex<State>

    /// - Parameter length: of a period, in seconds; 0 for no leases at all.
    init(length: UInt64, clock: StoreClock) {
        self.length = length
        self.clock = clock
        state = Mutex(State(period: clock.now / max(1, length), allHeldUntil: length == 0 ? 0 : clock.now + length))
    }

    /// Holds a blob of `project`. Before the caller looks whether it is there: then either the collector sees the lease, or
    /// the caller sees that it is gone.
    func hold(_ blob: Digest, of project: ProjectID) {
        hold([Self.hash(blob, project)])
    }

    /// Holds chunks, whosever they are: what one project has may be about to become another's.
    func hold(chunks: some Sequence<Digest>) {
        hold(chunks.lazy.map { Self.hash($0, nil) })
    }

    private func hold(_ hashes: some Sequence<UInt64>) {
        guard length > 0 else { return }
        state.withLock { state in
            advance(&state)
            for hash in hashes {
                if state.current.count >= Self.countMaximum {
                    state.allHeldUntil = max(state.allHeldUntil, (state.period + 2) * length)
                } else {
                    state.current.insert(hash)
                }
            }
        }
    }

    /// Whether a blob of `project` must stay.
    func isHeld(_ blob: Digest, of project: ProjectID) -> Bool { isHeld(Self.hash(blob, project)) }

    /// Whether a chunk must stay.
    func isHeld(chunk: Digest) -> Bool { isHeld(Self.hash(chunk, nil)) }

    private func isHeld(_ hash: UInt64) -> Bool {
        guard length > 0 else { return false }
        return state.withLock { state in
            advance(&state)
            return clock.now < state.allHeldUntil || state.current.contains(hash) || state.previous.contains(hash)
        }
    }

    /// How many leases there are, and whether everything is held.
    var summary: (count: Int, holdsAll: Bool) {
        state.withLock { state in
            advance(&state)
            return (state.current.count + state.previous.count, length > 0 && clock.now < state.allHeldUntil)
        }
    }

    private func advance(_ state: inout State) {
        guard length > 0 else { return }
        let period = clock.now / length
        guard period > state.period else { return }
        state.previous = period == state.period + 1 ? state.current : []
        state.current = []
        state.period = period
    }

    private static func hash(_ digest: Digest, _ project: ProjectID?) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(digest)
        hasher.combine(project)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
