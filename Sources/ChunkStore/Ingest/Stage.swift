internal import Synchronization

/// Takes items in the order in which they come: at once, or on a thread of its own, a bounded number of bytes behind
/// those who bring them.
///
/// After an item has failed on the thread the others are dropped, and every further call throws what it failed with.
final class Stage<Item: Sendable>: Sendable {
    private struct State {
        var hasThread = false
        var waiting: [(item: Item, byteCount: Int)] = []
        /// The bytes of all items that wait or are being taken.
        var byteCount = 0
        /// No further items come: what waits is still taken.
        var isEnding = false
        var failure: StoreError?

        /// Drops what waits.
        mutating func fail(_ error: StoreError) {
            failure = failure ?? error
            waiting.removeAll()
        }
    }

    private let byteMaximum: Int
    private let take: @Sendable (consuming Item) throws(StoreError) -> Void
    private let state = Monitor(State())
    private let thread = Mutex<DedicatedThread?>(nil)

    /// - Parameter byteMaximum: once there is a thread, callers wait while the items have more bytes than this.
    init(byteMaximum: Int, _ take: @escaping @Sendable (consuming Item) throws(StoreError) -> Void) {
        self.byteMaximum = byteMaximum
        self.take = take
    }

    /// Takes items on a thread from now on. Nobody may be calling ``put(_:byteCount:)``.
    func startThread() throws(StoreError) {
        try thread.withLock { thread throws(StoreError) in
            if thread != nil { return }
            thread = try DedicatedThread { [state, take] in Self.run(state, take) }
            state.with { $0.hasThread = true }
        }
    }

    deinit {
        state.with { $0.fail(.closed) }
        end()
    }

    /// Has `item` taken; waits while too many bytes do.
    /// - Throws: what this item, or one before it, failed with.
    func put(_ item: Item, byteCount: Int) throws(StoreError) {
        let isQueued: Result<Bool, StoreError> = state.wait { state in
            if let failure = state.failure { return .failure(failure) }
            if !state.hasThread { return .success(false) }
            guard state.byteCount <= byteMaximum else { return nil }
            state.waiting.append((item, byteCount))
            state.byteCount += byteCount
            return .success(true)
        }
        if try !isQueued.get() { try take(item) }
    }

    /// Waits until all items are taken; those that come later are taken at once.
    /// - Throws: what an item failed with.
    func finish() throws(StoreError) {
        end()
        if let failure = state.with({ $0.failure }) { throw failure }
    }

    private func end() {
        state.with { $0.isEnding = true }
        let running = thread.withLock { $0.take() }
        guard let running else { return }
        running.join()
        state.with { $0.hasThread = false }
    }

    private static func run(
        _ state: Monitor<State>, _ take: (consuming Item) throws(StoreError) -> Void
    ) {
        while let (item, byteCount) = next(state) {
            do throws(StoreError) {
                try take(item)
            } catch {
                state.with { $0.fail(error) }
            }
            state.with { $0.byteCount -= byteCount }
        }
    }

    private static func next(_ state: Monitor<State>) -> (item: Item, byteCount: Int)? {
        state.wait { state -> (item: Item, byteCount: Int)?? in
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            return state.isEnding ? .some(nil) : nil
        }
    }
}
