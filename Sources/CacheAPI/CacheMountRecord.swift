public import Chunking

/// What the server keeps for a mount of type cache (`POST …/cache-mounts`); it takes the place of what was kept before.
public struct CacheMountRecord: Codable, Sendable {
    /// What makes it the same cache.
    public var key: Digest
    /// The layer of its files.
    public var layer: Digest
    /// The scope it is recorded in.
    public var scope: ScopeName
    /// What the Dockerfile calls it, for people.
    public var id: String
    /// When it was stored. Seconds since 1970.
    public var created: Int64
    /// Who stored it: host or job, for people.
    public var writer: String

    /// Makes a record.
    public init(key: Digest, layer: Digest, scope: ScopeName, id: String, created: Int64, writer: String) {
        self.key = key
        self.layer = layer
        self.scope = scope
        self.id = id
        self.created = created
        self.writer = writer
    }
}
