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
    /// - Parameter retryAfter: the header of that name; a date is taken for none.
    func note(_ host: RegistryHost, retryAfter: String?) {
        let asked = retryAfter.flatMap { UInt32($0) }.map { Duration.seconds(Int64($0)) } ?? Self.usual
        ends.withLock { $0[host] = .now + min(asked, Self.maximum) }
    }
}
