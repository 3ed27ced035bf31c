/// `RUN --mount=type=tmpfs`: an empty directory in memory.
public struct TmpfsMount: Hashable, Sendable {
    /// Where it appears; absolute.
    public let target: String
    /// How much fits into it, in bytes; `nil` for the kernel's default, half of the memory.
    public let size: Int64?
    /// Whether the process may only read it.
    public let isReadOnly: Bool

    /// Makes a mount.
    public init(target: String, size: Int64? = nil, isReadOnly: Bool = false) {
        self.target = target
        self.size = size
        self.isReadOnly = isReadOnly
    }
}
