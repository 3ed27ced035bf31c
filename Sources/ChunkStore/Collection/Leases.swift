internal import Chunking

/// Promises that what was just reported or stored will not be collected. In memory; after a start, everything is held
/// for one period.
///
/// What is noted is held for at least one period and at most two: there is a set for each period, and all but the last two
/// are dropped, unless an upload that began so early still goes on. Of each thing only a hash of 64 bits is kept; two that
/// have the same are held together.
final class Leases: Sendable {
    /// When a period has more than this many, everything is held until the period after it is over.
    static let countMaximum = 1 << 20

    private struct State {
        /// What was noted in each period.
        var periods: [UInt64: Set<UInt64>] = [:]
        /// How many uploads go on that began in each period.
        var uploads: [UInt64: Int] = [:]
        var period: UInt64
        /// Everything is held before this moment.
        var allHeldUntil: UInt64
        /// What is being removed right now.
        var condemned: Set<UInt64> = []
    }

    private let length: UInt64
    private let clock: StoreClock
    private let state: Monitor<State>

    /// - Parameter length: of a period, in seconds; 0 for no leases at all.
    init(length: UInt64, clock: StoreClock) {
        self.length = length
        self.clock = clock
        state = Monitor(State(period: clock.now / max(1, length), allHeldUntil: length == 0 ? 0 : clock.now + length))
    }

    /// How many things are held, and how many uploads hold what they bring.
    var counts: (held: Int, uploads: Int) {
        state.with { state in
            (state.periods.values.reduce(0) { $0 + $1.count }, state.uploads.values.reduce(0, +))
        }
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
        state.wait { state -> Void? in
            // What is being removed is gone in a moment; then the caller finds it gone.
            if !state.condemned.isEmpty, hashes.contains(where: { state.condemned.contains($0) }) { return nil }
            advance(&state)
            for hash in hashes {
                if state.periods[state.period, default: []].count >= Self.countMaximum {
                    state.allHeldUntil = max(state.allHeldUntil, (state.period + 2) * length)
                } else {
                    state.periods[state.period, default: []].insert(hash)
                }
            }
            return ()
        }
    }

    /// Runs `removal` for what is not held, and lets nobody take a lease on any of it until that has returned: so a
    /// lease is either seen here, or its taker finds what was removed gone.
    func withoutLease<Item, R>(
        _ items: [Item], _ hash: (Item) -> UInt64, removing removal: ([Item]) throws(StoreError) -> R
    ) throws(StoreError) -> R {
        guard length > 0 else { return try removal(items) }
        let free = state.with { state in
            advance(&state)
            let free = items.filter { !isHeld(hash($0), state) }
            state.condemned = Set(free.map(hash))
            return free
        }
        defer { state.with { $0.condemned = [] } }
        return try removal(free)
    }

    /// Whether a blob of `project` must stay.
    func isHeld(_ blob: Digest, of project: ProjectID) -> Bool { isHeld(Self.hash(blob, project)) }

    /// Whether a chunk must stay.
    func isHeld(chunk: Digest) -> Bool { isHeld(Self.hash(chunk, nil)) }

    private func isHeld(_ hash: UInt64) -> Bool {
        guard length > 0 else { return false }
        return state.with { state in
            advance(&state)
            return isHeld(hash, state)
        }
    }

    private func isHeld(_ hash: UInt64, _ state: State) -> Bool {
        clock.now < state.allHeldUntil || state.periods.values.contains { $0.contains(hash) }
    }

    private func advance(_ state: inout State) {
        guard length > 0 else { return }
        let period = clock.now / length
        guard period > state.period else { return }
        state.period = period
        drop(&state)
    }

    private func drop(_ state: inout State) {
        let oldest = min(state.period, state.uploads.keys.min() ?? state.period)
        state.periods = state.periods.filter { $0.key + 1 >= oldest }
    }

    /// Begins an upload: what is noted from now on is held until the token is gone, however long that takes.
    func beginUpload() -> Upload {
        state.with { state in
            advance(&state)
            state.uploads[state.period, default: 0] += 1
            return Upload(self, state.period)
        }
    }

    /// An upload that goes on.
    final class Upload: Sendable {
        private let leases: Leases
        private let period: UInt64

        fileprivate init(_ leases: Leases, _ period: UInt64) {
            self.leases = leases
            self.period = period
        }

        deinit {
            leases.state.with { state in
                let count = state.uploads[period, default: 0] - 1
                state.uploads[period] = count > 0 ? count : nil
            }
        }
    }

    /// What stands for a blob of `project`, or without one for a chunk.
    static func hash(_ digest: Digest, _ project: ProjectID?) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(digest)
        hasher.combine(project)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
