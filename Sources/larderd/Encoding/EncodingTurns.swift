import Synchronization

/// How many layers are being encoded at a time. Each takes a processor; beyond that nobody gains by it.
final class EncodingTurns: Sendable {
    /// The right to encode one layer, until it is gone.
    final class Turn: Sendable {
        private let turns: EncodingTurns

        fileprivate init(_ turns: EncodingTurns) {
            self.turns = turns
        }

        deinit {
            turns.free.add(1, ordering: .relaxed)
        }
    }

    private let free: Atomic<Int>

    init(_ count: Int) {
        free = Atomic(count)
    }

    /// A turn; `nil` when all are taken.
    func take() -> Turn? {
        if free.subtract(1, ordering: .relaxed).newValue >= 0 { return Turn(self) }
        free.add(1, ordering: .relaxed)
        return nil
    }
}
