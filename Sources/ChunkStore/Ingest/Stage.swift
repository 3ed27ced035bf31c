internal import Synchronization

/// Takes items in the order in which they come: at once, or on threads of its own, a bounded number of bytes behind
/// those who bring them. With several threads that many are taken at a time.
///
/// After an item has failed on a thread the others are dropped, and every further call throws what it failed with.
final class Stage<Item: Sendable>: Sendable {
    private struct State {
        var hasThreads = false
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

    /// Whoever asks a short question does not wait for a processor until a long upload's turn on it is over.
    private static var niceness: Int32 { 5 }

    private let byteMaximum: Int
    private let threadCount: Int
    private let take: @Sendable (consuming Item) throws(StoreError) -> Void
    private let state = Monitor(State())
    private let workers = Mutex<[JoinableThread]>([])

    /// - Parameters:
    ///   - byteMaximum: once there are threads, callers wait while the items have more bytes than this.
    ///   - threadCount: how many there are to be.
    init(
        byteMaximum: Int, threadCount: Int = 1, _ take: @escaping @Sendable (consuming Item) throws(StoreError) -> Void
    ) {
        self.byteMaximum = byteMaximum
        self.threadCount = threadCount
        self.take = take
    }

    /// Takes items on threads from now on, until ``finish()``. Nobody may be calling ``put(_:byteCount:)``.
    func startThreads() throws(StoreError) {
        state.with { $0.isEnding = false }
        try workers.withLock { workers throws(StoreError) in
            // What could be started of them ends with the stage.
            while workers.count < threadCount {
                workers.append(try JoinableThread(niceness: Self.niceness) { [state, take] in Self.run(state, take) })
                state.with { $0.hasThreads = true }
            }
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
            if !state.hasThreads { return .success(false) }
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
        let running = workers.withLock { workers in
            defer { workers = [] }
            return workers
        }
        for worker in running { worker.join() }
        state.with { $0.hasThreads = false }
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
