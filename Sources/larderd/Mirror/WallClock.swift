import Glibc

/// The time of day, which may be set at any moment: for what is compared with what was noted before a restart.
enum WallClock {
    /// Seconds since 1970.
    static var seconds: UInt64 { UInt64(max(0, time(nil))) }

    /// Whether what was noted at `time` is less than `age` seconds old. What lies in the future, because the clock was set
    /// back, is not: nothing stays fresh for ever.
    static func isWithin(_ age: UInt64, of time: UInt64) -> Bool {
        let now = seconds
        return time <= now && now - time < age
    }
}
