/// What packing did.
public struct PackReport: Sendable, Codable, Hashable {
    /// Blobs that were looked at.
    public var blobs = 0
    /// Frames that were written.
    public var frames = 0
    /// Those of them that are differences from others.
    public var deltaFrames = 0
    /// Uncompressed bytes of the frames that were written.
    public var rawBytes: UInt64 = 0
    /// How long they are in chunk files. Bytes.
    public var frameBytes: UInt64 = 0
    /// Whether all that waited for it when it began is packed.
    public var isComplete = false

    /// All zero.
    public init() {}
}
