import Synchronization

@testable import ChunkStore

/// A clock that a test turns.
final class ManualClock: Sendable {
    private let seconds = Mutex<UInt64>(1_000_000)

    /// Lets time pass. Seconds.
    func advance(by amount: UInt64) {
        seconds.withLock { $0 += amount }
    }

    /// How a store is opened that goes by it.
    var options: Store.Options {
        var options = Store.Options()
        options.monotonicSeconds = { [self] in seconds.withLock { $0 } }
        return options
    }
}
