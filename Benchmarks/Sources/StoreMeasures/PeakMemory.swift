import Glibc
import Synchronization

/// The most anonymous memory that this process has while something is done, looked at a hundred times a second.
final class PeakMemory: Sendable {
    private final class Peak: Sendable {
        let bytes = Mutex(0)
    }

    private let peak = Peak()
    private let load: Load

    /// Begins to look.
    init() {
        load = Load { [peak] _ in
            let now = try Memory.anonymous()
            peak.bytes.withLock { $0 = max($0, now) }
            usleep(10_000)
        }
    }

    /// Ends. Bytes.
    func stop() throws -> Int {
        _ = try load.stop()
        return peak.bytes.withLock { $0 }
    }
}
