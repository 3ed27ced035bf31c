internal import Synchronization

/// Lets only some tests at a time do what takes much of the machine: all tests begin at once, and a few hundred servers
/// would take more threads and address space than a process has (an index maps 1 TiB of it).
enum TestTurns {
    private struct State {
        var free = 16
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// Whether the current test has its turn already.
    @TaskLocal private static var isInside = false
    private static let state = Mutex(State())

    /// Runs `body` when it is the test's turn.
    static func run<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        if isInside { return try await body() }
        await enter()
        defer { leave() }
        return try await $isInside.withValue(true) { try await body() }
    }

    private static func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free == 0 {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    private static func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
