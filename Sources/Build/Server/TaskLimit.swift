internal import Synchronization

/// Lets a number of tasks at once do something; the others wait their turn, in order of arrival.
final class TaskLimit: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// Lets `count` tasks in at once.
    init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// Runs `body` when it is this task's turn.
    func run<Result>(_ body: () async throws -> sending Result) async rethrows -> sending Result {
        await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
