internal import Chunking
internal import Synchronization

/// What a stage has brought to this runner while it does something else.
final class Preparations: Sendable {
    private let restorer: ChainRestorer
    private let tasks = Mutex<[Task<Void, Never>]>([])

    init(_ restorer: ChainRestorer) {
        self.restorer = restorer
    }

    /// Begins to have the layers of `chain` here.
    func begin(_ chain: [Digest]) {
        let task = restorer.prepare(chain)
        tasks.withLock { $0.append(task) }
    }

    /// Waits until nothing is on its way.
    /// - Parameter cancelling: whether what has not arrived is broken off, also for other stages that wait for it.
    func end(cancelling: Bool) async {
        let tasks = tasks.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        if cancelling { for task in tasks { task.cancel() } }
        for task in tasks { await task.value }
    }
}
