import ChunkStore
import NIOPosix
import Synchronization

/// Runs the store's blocking calls on threads of their own, so that the concurrency pool never waits for a disk.
struct StoreExecutor: Sendable {
    let store: Store
    /// How many calls wait and run.
    let load = Load()
    private let threads: NIOThreadPool

    /// - Parameter threads: a started pool that nothing but the store's calls runs on.
    init(store: Store, threads: NIOThreadPool) {
        self.store = store
        self.threads = threads
    }

    /// Calls `body` on one of the threads. A task that is cancelled before its turn does not run.
    func run<Result: Sendable>(_ body: @escaping @Sendable (Store) throws -> Result) async throws -> Result {
        let turn = Turn(load)
        return try await threads.runIfActive { [store] in
            turn.begin()
            defer { turn.end() }
            return try body(store)
        }
    }

    /// How many calls there are.
    final class Load: Sendable {
        fileprivate let waitingCount = Atomic(0)
        fileprivate let runningCount = Atomic(0)

        /// That wait for a thread.
        var waiting: Int { waitingCount.load(ordering: .relaxed) }
        /// That have one.
        var running: Int { runningCount.load(ordering: .relaxed) }
    }

    /// A call; one that never gets a thread stops waiting when this is gone.
    private final class Turn: Sendable {
        private let load: Load
        private let hasBegun = Atomic(false)

        init(_ load: Load) {
            self.load = load
            load.waitingCount.add(1, ordering: .relaxed)
        }

        func begin() {
            hasBegun.store(true, ordering: .relaxed)
            load.waitingCount.subtract(1, ordering: .relaxed)
            load.runningCount.add(1, ordering: .relaxed)
        }

        func end() { load.runningCount.subtract(1, ordering: .relaxed) }

        deinit {
            if !hasBegun.load(ordering: .relaxed) { load.waitingCount.subtract(1, ordering: .relaxed) }
        }
    }
}
