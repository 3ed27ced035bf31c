import Glibc

/// A clock to keep a pace by. Nanoseconds.
package protocol PaceClock {
    var now: Int64 { get }
    /// Waits; returns at once when `moment` is over.
    func wait(until moment: Int64)
}

/// The machine's clock that never goes back.
struct MonotonicClock: PaceClock {
    var now: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    func wait(until moment: Int64) {
        var time = timespec(tv_sec: Int(moment / 1_000_000_000), tv_nsec: Int(moment % 1_000_000_000))
        while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
    }
}
