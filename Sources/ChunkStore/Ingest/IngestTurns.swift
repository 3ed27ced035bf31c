internal import Synchronization

/// How many blobs may have threads of their own at a time. Threads hold what waits between them, and more of them than keep
/// the processors busy do no more work.
final class IngestTurns: Sendable {
    /// The right to have threads, until it is gone.
    final class Turn: Sendable {
        private let turns: IngestTurns

        fileprivate init(_ turns: IngestTurns) {
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
