/// Hands windows from the thread that cuts a layer to the tasks that send them. The thread waits while as many as
/// allowed are on their way, which bounds memory.
final class WindowQueue: Sendable {
    private struct State {
        var free: Int
        var isAbandoned = false
    }

    /// The windows, in the order they were cut.
    let windows: AsyncStream<UploadWindow>
    private let continuation: AsyncStream<UploadWindow>.Continuation
    private let state: Monitor<State>

    /// Lets `limit` windows be on their way at once.
    init(limit: Int) {
        (windows, continuation) = AsyncStream.makeStream()
        state = Monitor(State(free: limit))
    }

    /// Hands a window over; blocks. Once the queue was abandoned windows are dropped.
    func put(_ window: UploadWindow) {
        let isWanted = state.wait { state -> Bool? in
            if state.isAbandoned { return false }
            guard state.free > 0 else { return nil }
            state.free -= 1
            return true
        }
        if isWanted { continuation.yield(window) }
    }

    /// A window has arrived.
    func release() {
        state.update { $0.free += 1 }
    }

    /// No window will be sent any more.
    func abandon() {
        state.update { $0.isAbandoned = true }
    }

    /// No more windows will be put.
    func finish() {
        continuation.finish()
    }
}
