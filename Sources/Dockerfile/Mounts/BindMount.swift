/// `RUN --mount=type=bind`: files of the build context, a stage or an image.
public struct BindMount: Hashable, Sendable {
    /// Where the files are.
    public internal(set) var source: CopyOperation.Source
    /// What of them, relative to the source's root without a leading slash; empty for all.
    public let path: String
    /// Where they appear; absolute.
    public let target: String
    /// Whether the process may write to them; what it writes is dropped.
    public let isWritable: Bool

    /// Makes a mount.
    public init(source: CopyOperation.Source, path: String, target: String, isWritable: Bool) {
        self.source = source
        self.path = path
        self.target = target
        self.isWritable = isWritable
    }
}
