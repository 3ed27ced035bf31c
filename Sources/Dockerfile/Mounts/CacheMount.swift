/// `RUN --mount=type=cache`: a directory that builds find again.
public struct CacheMount: Hashable, Sendable {
    /// What happens when several commands want the directory at once.
    public enum Sharing: String, Hashable, Sendable, CaseIterable {
        /// All use it.
        case shared
        /// Each that comes while it is in use gets another one.
        case `private`
        /// They use it one after the other.
        case locked
    }

    /// Which directory it is; the target as written where the Dockerfile names none.
    public let id: String
    /// Where it appears; absolute.
    public let target: String
    /// What happens when several commands want it at once.
    public let sharing: Sharing
    /// Whose files a new directory begins with; `nil` for none.
    public internal(set) var source: CopyOperation.Source?
    /// Which of those files, relative to the source's root without a leading slash; empty for all.
    public let path: String
    /// Whether the process may only read it.
    public let isReadOnly: Bool
    /// Permission bits of a new directory.
    public let mode: UInt32
    /// The owner of a new directory.
    public let uid: UInt32
    /// The group of a new directory.
    public let gid: UInt32

    /// Makes a mount.
    public init(
        id: String, target: String, sharing: Sharing = .shared, source: CopyOperation.Source? = nil, path: String = "",
        isReadOnly: Bool = false, mode: UInt32 = 0o755, uid: UInt32 = 0, gid: UInt32 = 0
    ) {
        self.id = id
        self.target = target
        self.sharing = sharing
        self.source = source
        self.path = path
        self.isReadOnly = isReadOnly
        self.mode = mode
        self.uid = uid
        self.gid = gid
    }
}
