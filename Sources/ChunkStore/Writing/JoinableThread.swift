internal import Synchronization

/// A thread that can be in a list until it is waited for.
final class JoinableThread: Sendable {
    private let thread: Mutex<DedicatedThread?>

    /// - Throws: `io` when there is no thread to be had.
    init(_ body: @escaping @Sendable () -> Void) throws(StoreError) {
        thread = Mutex(try DedicatedThread(body))
    }

    /// Waits until it has ended.
    func join() {
        thread.withLock { $0.take() }?.join()
    }
}
