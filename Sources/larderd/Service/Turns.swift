import Synchronization

/// Lets those who want to change the same do it one after the other, in the order in which they came.
final class Turns<Key: Hashable & Sendable>: Sendable {
    /// Who waits for each key that somebody has.
    private let waiting = Mutex<[Key: [CheckedContinuation<Void, Never>]]>([:])

    /// Calls `body` while nobody else has one of `keys`, which have no two that are equal and are always given in the same
    /// order. A task that is cancelled waits, too.
    func take<Result>(
        _ keys: ArraySlice<Key>, _ body: () async throws -> Result
    ) async throws -> Result {
        guard let key = keys.first else { return try await body() }
        await begin(key)
        defer { end(key) }
        return try await take(keys.dropFirst(), body)
    }

    private func begin(_ key: Key) async {
        await withCheckedContinuation { continuation in
            let isFree = waiting.withLock { waiting in
                guard waiting[key] != nil else {
                    waiting[key] = []
                    return true
                }
                waiting[key]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func end(_ key: Key) {
        let next = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
            guard let first = waiting[key]?.first else {
                waiting[key] = nil
                return nil
            }
            waiting[key]?.removeFirst()
            return first
        }
        next?.resume()
    }
}
