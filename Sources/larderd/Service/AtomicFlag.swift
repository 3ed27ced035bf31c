import Synchronization

/// Set once, from any thread.
final class AtomicFlag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }

    func clear() { value.store(false, ordering: .relaxed) }
}
