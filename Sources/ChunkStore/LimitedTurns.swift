internal import Synchronization

/// Rights to do something of which only so much is done at a time. Nobody waits for one: who gets none does without.
public final class LimitedTurns: Sendable {
    /// The right, until it is gone.
    public final class Turn: Sendable {
        private let turns: LimitedTurns

        fileprivate init(_ turns: LimitedTurns) {
            self.turns = turns
        }

        deinit {
            turns.free.add(1, ordering: .relaxed)
        }
    }

    private let free: Atomic<Int>

    /// - Parameter count: how many may be taken at a time.
    public init(_ count: Int) {
        free = Atomic(count)
    }

    /// A turn; `nil` when all are taken.
    public func take() -> Turn? {
        if free.subtract(1, ordering: .relaxed).newValue >= 0 { return Turn(self) }
        free.add(1, ordering: .relaxed)
        return nil
    }
}
