import Synchronization

/// Lets callers who want the same at the same time share one piece of work.
///
/// The work belongs to no caller: it goes on when the one who began it is cancelled.
final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let flights = Mutex<[Key: Task<Value, any Error>]>([:])

    /// What `work` gives, or the work for `key` that is under way already.
    func value(for key: Key, _ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let task = flights.withLock { flights in
            if let task = flights[key] { return task }
            let task = Task {
                defer { self.flights.withLock { $0[key] = nil } }
                return try await work()
            }
            flights[key] = task
            return task
        }
        return try await task.value
    }
}
