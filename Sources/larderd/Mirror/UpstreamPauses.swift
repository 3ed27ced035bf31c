import OCI
import Synchronization

/// Registries that asked to be left alone for a while (status 429): until then nothing is asked of them.
final class UpstreamPauses: Sendable {
    /// The pause when the registry names none, and the longest that is kept.
    private static let usual = Duration.seconds(30)
    private static let maximum = Duration.seconds(3600)

    private let ends = Mutex<[RegistryHost: ContinuousClock.Instant]>([:])

    /// How long `host` is still to be left alone; `nil` when it is not.
    func rest(of host: RegistryHost) -> Duration? {
        ends.withLock { ends in
            guard let end = ends[host] else { return nil }
            let rest = ContinuousClock.now.duration(to: end)
            if rest > .zero { return rest }
            ends[host] = nil
            return nil
        }
    }

    /// Notes that `host` said 429.
    /// - Parameter retryAfter: what it wants to be waited (``RetryAfter``); `nil` when it does not say. Seconds.
    func note(_ host: RegistryHost, retryAfter: Int64?) {
        let asked = retryAfter.map { Duration.seconds(min($0, Self.maximum.components.seconds)) } ?? Self.usual
        ends.withLock { $0[host] = .now + asked }
    }
}
