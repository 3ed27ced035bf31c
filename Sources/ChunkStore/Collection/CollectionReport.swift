/// What a collection did.
public struct CollectionReport: Sendable, Codable, Hashable {
    /// Records that were evicted: step records, images without a tag.
    public var evictedRecords = 0
    /// Blobs that nothing referred to.
    public var removedBlobs = 0
    /// Chunks that nothing needed, once per project that had them.
    public var removedChunks = 0
    /// Chunk files that were removed.
    public var removedFiles = 0
    /// Bytes that were copied out of chunk files before they were removed.
    public var movedBytes: UInt64 = 0
    /// By how much the chunk files became shorter in all.
    public var freedBytes: UInt64 = 0

    /// All zero.
    public init() {}

    /// Adds what another collection did.
    public static func += (left: inout CollectionReport, right: CollectionReport) {
        left.evictedRecords += right.evictedRecords
        left.removedBlobs += right.removedBlobs
        left.removedChunks += right.removedChunks
        left.removedFiles += right.removedFiles
        left.movedBytes += right.movedBytes
        left.freedBytes += right.freedBytes
    }
}
