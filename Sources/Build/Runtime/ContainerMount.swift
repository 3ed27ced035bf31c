public import SystemPackage

/// Something that a container sees besides its root filesystem.
public struct ContainerMount: Hashable, Sendable {
    /// What is mounted.
    public enum Content: Hashable, Sendable {
        /// A file or directory of this machine.
        case files(FilePath)
        /// An empty directory in memory, of at most so many bytes; `nil` for the kernel's default.
        case memory(size: Int64?)
    }

    /// Where it appears; absolute.
    public var target: String
    /// What is mounted.
    public var content: Content
    /// Whether the process may only read it.
    public var isReadOnly: Bool

    /// Makes a mount.
    public init(target: String, content: Content, isReadOnly: Bool) {
        self.target = target
        self.content = content
        self.isReadOnly = isReadOnly
    }
}
