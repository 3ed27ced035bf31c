/// How maintenance stores what is kept for long.
public struct PackSettings: Sendable {
    /// The zstd level.
    public var level: Int32 = 15
    /// The most uncompressed bytes of a frame.
    public var frameBytes = 1 << 20
    /// The most uncompressed bytes of a frame that is a difference.
    public var deltaFrameBytes = 512 << 10
    /// About how many bytes a frame is a difference from, at most.
    public var baseBytes = 2 << 20
    /// Layers with more rows than this are not looked through for changed files.
    public var rowsMaximum = 400_000
    /// Bytes that are kept only because others are differences from them may be this share of what a project's blobs
    /// need; beyond, those differences are stored whole.
    public var heldShareMaximum = 0.25
    /// Fewer bytes than this are never worth it.
    public var heldBytesMinimum: UInt64 = 64 << 20

    /// The settings that measurements led to.
    public init() {}
}
