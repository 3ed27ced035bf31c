internal import NIOPosix

/// The threads on which all work runs that blocks: disk, hashing, compression, waiting for other threads.
///
/// Everything that may wait for other work on these threads is bounded elsewhere to far fewer at once than there are
/// threads (``LayerUpload``, ``LayerDownload``), so that work never waits for a thread that waits for it.
enum BlockingThreads {
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 24)
        pool.start()
        return pool
    }()

    /// Runs `body` on one of the threads.
    /// - Throws: what `body` throws; `CancellationError` when the task was cancelled before it began.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await pool.runIfActive(body)
    }
}
