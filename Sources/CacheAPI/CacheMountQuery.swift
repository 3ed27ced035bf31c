public import Chunking

/// Asks for the files that a mount of type cache had when a build last stored them (`POST …/cache-mounts/find`).
public struct CacheMountQuery: Codable, Sendable {
    /// The scopes to look in, own scope first.
    public var scopes: [ScopeName]
    /// What makes it the same cache.
    public var key: Digest

    /// Makes a query.
    public init(scopes: [ScopeName], key: Digest) {
        self.scopes = scopes
        self.key = key
    }
}
