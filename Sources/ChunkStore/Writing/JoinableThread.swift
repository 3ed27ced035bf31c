internal import Glibc
internal import Synchronization

/// A thread that can be in a list until it is waited for.
final class JoinableThread: Sendable {
    private let thread: Mutex<DedicatedThread?>

    /// - Parameter niceness: how much the thread stands behind those that are about to answer somebody, 0 to 19. On Linux it
    ///   is a thread's own (setpriority(2), "C library/kernel differences").
    /// - Throws: `io` when there is no thread to be had.
    init(niceness: Int32 = 0, _ body: @escaping @Sendable () -> Void) throws(StoreError) {
        let thread = try DedicatedThread {
            // Where it may not be changed, the work is done as well.
            if niceness > 0 { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
            body()
        }
        self.thread = Mutex(thread)
    }

    /// Waits until it has ended.
    func join() {
        thread.withLock { $0.take() }?.join()
    }
}
