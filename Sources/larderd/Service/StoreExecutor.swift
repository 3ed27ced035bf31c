import ChunkStore
import NIOPosix

/// Runs the store's blocking calls on threads of their own, so that the concurrency pool never waits for a disk.
struct StoreExecutor: Sendable {
    let store: Store
    private let threads: NIOThreadPool

    /// - Parameter threads: a started pool that nothing but the store's calls runs on.
    init(store: Store, threads: NIOThreadPool) {
        self.store = store
        self.threads = threads
    }

    /// Calls `body` on one of the threads. A task that is cancelled before its turn does not run.
    func run<Result: Sendable>(_ body: @escaping @Sendable (Store) throws -> Result) async throws -> Result {
        try await threads.runIfActive { [store] in try body(store) }
    }
}
