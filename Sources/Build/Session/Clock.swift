internal import Glibc

/// The time, for records and for measuring.
enum Clock {
    /// Seconds since 1970.
    static func seconds() -> Int64 {
        Int64(time(nil))
    }

    /// Seconds that passed since `start`.
    static func seconds(since start: ContinuousClock.Instant) -> Double {
        let parts = (ContinuousClock.now - start).components
        return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }
}
