import Synchronization

/// What registries wanted to see last, so that not each request is refused first.
final class UpstreamTokens: Sendable {
    /// The most repositories it is remembered for.
    private static let countMaximum = 1000

    private let headers = Mutex<[MirrorPlace: String]>([:])

    /// The `Authorization` header for a repository; `nil` when none was wanted.
    subscript(_ place: MirrorPlace) -> String? {
        headers.withLock { $0[place] }
    }

    /// Notes what the registry of a repository wants.
    func note(_ header: String, for place: MirrorPlace) {
        headers.withLock { headers in
            if headers.count >= Self.countMaximum { headers.removeAll() }
            headers[place] = header
        }
    }
}
