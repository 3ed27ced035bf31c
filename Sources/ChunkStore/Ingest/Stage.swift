internal import Synchronization

/// A thread that takes items in the order in which they come, a bounded number of bytes behind those who bring them.
///
/// After an item has failed the others are dropped, and every further call throws what it failed with.
final class Stage<Item: Sendable>: Sendable {
    private struct State {
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
    private let state = Monitor(State())
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Starts the thread.
    /// - Parameter byteMaximum: callers wait while the items have more bytes than this.
    init(
        byteMaximum: Int, _ take: @escaping @Sendable (consuming Item) throws(StoreError) -> Void
    ) throws(StoreError) {
        self.byteMaximum = byteMaximum
        try thread.withLock { thread throws(StoreError) in
            thread = try DedicatedThread { [state] in Self.run(state, take) }
        }
    }

    deinit {
        state.with { $0.fail(.closed) }
        end()
    }

    /// Hands `item` over, and waits while there are too many bytes.
    /// - Throws: what an item before it failed with.
    func put(_ item: Item, byteCount: Int) throws(StoreError) {
        let failure: StoreError?? = state.wait { state in
            if let failure = state.failure { return failure }
            guard state.byteCount <= byteMaximum else { return nil }
            state.waiting.append((item, byteCount))
            state.byteCount += byteCount
            return .some(nil)
        }
        if let failure = failure ?? nil { throw failure }
    }

    /// Waits until all items are taken and the thread has ended.
    /// - Throws: what an item failed with.
    func finish() throws(StoreError) {
        end()
        if let failure = state.with({ $0.failure }) { throw failure }
    }

    private func end() {
        state.with { $0.isEnding = true }
        let running = thread.withLock { $0.take() }
        if let running { running.join() }
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
