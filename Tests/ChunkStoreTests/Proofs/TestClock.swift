import Synchronization

/// A clock that goes on when it is told to.
final class TestClock: Sendable {
    private let seconds: Mutex<UInt64>

    init(_ start: UInt64 = 1000) {
        seconds = Mutex(start)
    }

    var now: UInt64 { seconds.withLock { $0 } }

    func pass(_ count: UInt64) { seconds.withLock { $0 += count } }

    func set(_ now: UInt64) { seconds.withLock { $0 = now } }
}
