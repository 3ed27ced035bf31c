internal import CLinux
internal import Glibc

/// The seconds for which a store has been open, over all its runs. Leases, use and age are measured with it, so that a
/// wall clock that jumps neither ends a lease nor evicts anything, and a server that was down makes nothing older.
struct StoreClock: Sendable {
    /// Where the clock goes on from.
    let start: UInt64
    private let origin: UInt64
    private let monotonic: @Sendable () -> UInt64

    /// - Parameters:
    ///   - start: what the clock showed at last.
    ///   - monotonic: seconds that never go back.
    init(start: UInt64, monotonic: @escaping @Sendable () -> UInt64) {
        self.start = start
        self.monotonic = monotonic
        origin = monotonic()
    }

    /// What the clock shows. Seconds.
    var now: UInt64 {
        let reading = monotonic()
        return start + (reading > origin ? reading - origin : 0)
    }

    /// The machine's monotonic clock, finer. Milliseconds.
    static func milliseconds() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    }

    /// The machine's monotonic clock.
    static let system: @Sendable () -> UInt64 = {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec)
    }
}
