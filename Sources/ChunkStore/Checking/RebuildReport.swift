/// What a rebuild of an index found in the chunk files, and what it had to leave out.
public struct RebuildReport: Sendable, Codable, Hashable {
    /// Chunk files that were read.
    public internal(set) var files = 0
    /// Bytes that were read.
    public internal(set) var bytes: UInt64 = 0
    /// Chunks that are there.
    public internal(set) var chunks = 0
    /// Blobs that are there, once per project.
    public internal(set) var blobs = 0
    /// Small records that are there.
    public internal(set) var smallRecords = 0
    /// What was damaged in the chunk files.
    public internal(set) var damage = CheckReport()
    /// What is not there any more, because it or something that it needs is damaged.
    public internal(set) var losses = LossReport()
    /// What was mended afterwards; `nil` when nothing was damaged.
    public internal(set) var repair: RepairReport?

    init() {}
}
