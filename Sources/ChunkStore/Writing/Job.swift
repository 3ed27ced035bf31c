internal import Synchronization

/// One caller's change, waiting for the writer.
final class Job: Sendable {
    /// About how many rows it puts; bounds how much one transaction changes.
    let weight: Int
    /// May run more than once, each time against a transaction in which it has not run.
    let body: @Sendable (inout WriteBatch) throws(StoreError) -> Void
    private let outcome = Monitor<Result<Void, StoreError>?>(nil)

    init(weight: Int, _ body: @escaping @Sendable (inout WriteBatch) throws(StoreError) -> Void) {
        self.weight = weight
        self.body = body
    }

    func complete(_ result: Result<Void, StoreError>) {
        outcome.with { $0 = result }
    }

    func wait() throws(StoreError) {
        try outcome.wait { $0 }.get()
    }
}

/// Carries a job's result from the writer's thread to the caller's.
final class Slot<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    func set(_ newValue: Value) {
        value.withLock { $0 = newValue }
    }

    func get() throws(StoreError) -> Value {
        guard let value = value.withLock({ $0 }) else {
            throw StoreError(.io, "the writer finished a change without a result")
        }
        return value
    }
}
