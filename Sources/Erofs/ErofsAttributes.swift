public import Chunking

/// What an image says of a file besides its names and its bytes.
public struct ErofsAttributes: Hashable, Sendable {
    /// Permission bits with set-id and sticky bits, 0 to 0o7777.
    public var mode: UInt32
    /// The owner.
    public var uid: UInt32
    /// The group.
    public var gid: UInt32
    /// Seconds since 1970.
    public var mtimeSeconds: Int64
    /// Nanoseconds within the second, 0 to 999,999,999.
    public var mtimeNanoseconds: UInt32
    /// Extended attributes, each name once; see ``ErofsLimits/hold(_:)``.
    public var xattrs: [Entry.ExtendedAttribute]

    /// Makes attributes.
    public init(
        mode: UInt32, uid: UInt32 = 0, gid: UInt32 = 0, mtimeSeconds: Int64 = 0, mtimeNanoseconds: UInt32 = 0,
        xattrs: [Entry.ExtendedAttribute] = []
    ) {
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.mtimeSeconds = mtimeSeconds
        self.mtimeNanoseconds = mtimeNanoseconds
        self.xattrs = xattrs
    }
}
