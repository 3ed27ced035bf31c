/// One row of an entry table: what a layer's tar says about one path.
public struct Entry: Hashable, Sendable {
    /// What kind of file it is.
    public enum Kind: UInt8, Sendable {
        case file = 0
        case directory = 1
        case symlink = 2
        /// Another name of the file at ``Entry/linkTarget``, which is a path from the layer's root.
        case hardlink = 3
        case characterDevice = 4
        case blockDevice = 5
        case fifo = 6
    }

    /// An extended attribute (`SCHILY.xattr.` in a pax header).
    public struct ExtendedAttribute: Hashable, Sendable {
        /// The attribute's full name, as in `security.capability`.
        public let name: [UInt8]
        /// The attribute's bytes.
        public let value: [UInt8]

        /// Makes an attribute.
        public init(name: [UInt8], value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// Where it is; a whiteout keeps its `.wh.` name.
    public var path: LayerPath
    /// What it is.
    public var kind: Kind
    /// Permission bits with set-id and sticky bits, 0 to 0o7777.
    public var mode: UInt32
    /// The owner.
    public var uid: UInt32
    /// The group.
    public var gid: UInt32
    /// Bytes of a regular file; 0 for everything else.
    public var size: UInt64
    /// Seconds since 1970.
    public var mtimeSeconds: Int64
    /// Nanoseconds within the second, 0 to 999,999,999.
    public var mtimeNanoseconds: UInt32
    /// Text of a symbolic link, or path of a hard link's target; else empty.
    public var linkTarget: [UInt8]
    /// Numbers of a device; else 0.
    public var deviceMajor: UInt32
    /// Numbers of a device; else 0.
    public var deviceMinor: UInt32
    /// Sorted by name.
    public var xattrs: [ExtendedAttribute]
    /// Identity of a regular file's bytes, see ``ContentDigest``; `nil` for everything else.
    public var content: Digest?
    /// Where a regular file's bytes begin in the payload stream.
    public var payloadOffset: UInt64

    /// Makes a row.
    public init(
        path: LayerPath, kind: Kind, mode: UInt32, uid: UInt32 = 0, gid: UInt32 = 0, size: UInt64 = 0,
        mtimeSeconds: Int64 = 0, mtimeNanoseconds: UInt32 = 0, linkTarget: [UInt8] = [], deviceMajor: UInt32 = 0,
        deviceMinor: UInt32 = 0, xattrs: [ExtendedAttribute] = [], content: Digest? = nil, payloadOffset: UInt64 = 0
    ) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.size = size
        self.mtimeSeconds = mtimeSeconds
        self.mtimeNanoseconds = mtimeNanoseconds
        self.linkTarget = linkTarget
        self.deviceMajor = deviceMajor
        self.deviceMinor = deviceMinor
        self.xattrs = xattrs
        self.content = content
        self.payloadOffset = payloadOffset
    }
}
