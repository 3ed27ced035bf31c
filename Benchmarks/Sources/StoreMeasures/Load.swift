import Dispatch
import Synchronization

/// Does something again and again on a thread of its own, until it is stopped.
final class Load: Sendable {
    private struct State {
        var isStopping = false
        var result: Result<Int, any Error> = .success(0)
    }

    private let state = Mutex(State())
    private let group = DispatchGroup()

    /// Begins; `action` gets the numbers from 0.
    init(_ action: @escaping @Sendable (Int) throws -> Void) {
        DispatchQueue.global().async(group: group) { [self] in
            let result = Result {
                var count = 0
                while !(state.withLock { $0.isStopping }) {
                    try action(count)
                    count += 1
                }
                return count
            }
            state.withLock { $0.result = result }
        }
    }

    /// Stops, and returns how often it was done.
    func stop() throws -> Int {
        state.withLock { $0.isStopping = true }
        return try wait()
    }

    /// Waits until it fails or is stopped by somebody else, and returns how often it was done.
    func wait() throws -> Int {
        group.wait()
        return try state.withLock { $0.result }.get()
    }
}
