/// What a backup copied.
public struct BackupReport: Sendable, Codable, Hashable {
    /// Chunk files.
    public internal(set) var files = 0
    /// Bytes of chunk files.
    public internal(set) var bytes: UInt64 = 0
    /// Bytes of the index.
    public internal(set) var indexBytes: UInt64 = 0

    init() {}
}
