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
    /// What the store holds, from counters that are kept in step with it. O(1).
    /// - Throws: `io`, `closed`.
    public func statistics() throws(StoreError) -> Statistics {
        try use { core throws(StoreError) in
            let counters = try core.index.read { transaction throws(StoreError) in try transaction.counters() }
            var statistics = Statistics()
            statistics.logicalBytes = counters.logicalBytes
            statistics.uniqueBytes = counters.uniqueBytes
            statistics.storedBytes = counters.fileBytes + core.index.environment.byteCount
            statistics.chunks = counters.chunks
            statistics.layers = counters.layers
            statistics.steps = counters.steps
            statistics.chunkFiles = counters.files
            return statistics
        }
    }
}
