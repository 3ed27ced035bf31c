internal import Synchronization

/// How fast the server takes frames, and how well they are compressed for that: over a slow link time is in the bytes, over a fast one in
/// the processor, which RUN steps want, too. Shared by all uploads of a build.
final class UploadPace: Sendable {
    /// Requests of fewer bytes tell of round trips rather than of the link, and are not to be measured.
    static let byteCountMinimum = 256 << 10
    /// A link that takes fewer bytes a second is slow: about 160 Mbit/s.
    private static let slowRate = 20e6
    /// So many bytes are measured before they count.
    private static let probeByteCount = 4e6
    /// What came before about so many bytes is forgotten.
    private static let memoryByteCount = 32e6

    private struct State {
        var underWay = 0
        /// Up to when the time is counted that something was under way.
        var countedUntil: ContinuousClock.Instant
        var seconds = 0.0
        var bytes = 0.0

        mutating func count(until now: ContinuousClock.Instant) {
            if underWay > 0 { seconds += (now - countedUntil) / .seconds(1) }
            countedUntil = now
        }
    }

    private let state: Mutex<State>

    init(at now: ContinuousClock.Instant = .now) {
        state = Mutex(State(countedUntil: now))
    }

    /// Frames are going to be sent.
    func begin(at now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            state.count(until: now)
            state.underWay += 1
        }
    }

    /// As many bytes have arrived of what was begun; none when that failed.
    func end(_ byteCount: Int, at now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            state.count(until: now)
            state.underWay -= 1
            state.bytes += Double(byteCount)
            guard state.bytes > Self.memoryByteCount else { return }
            state.bytes /= 2
            state.seconds /= 2
        }
    }

    /// The zstd level for what is sent next. Level 3 makes 6 % less of programs and libraries than level 1, and takes 1.5 times as long.
    var level: Int32 {
        state.withLock { state in
            state.bytes >= Self.probeByteCount && state.bytes < Self.slowRate * state.seconds ? 3 : 1
        }
    }
}
