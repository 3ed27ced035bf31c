internal import Chunking

/// An `erofs_inode_extended` with all that stands behind it in its block: attributes, and the end of the bytes if they
/// are inline.
struct Inode {
    static let byteCount = 64
    /// Where `i_nlink` stands. Bytes.
    static let linkCountOffset = 44
    /// Inodes begin at multiples of this; their number is their place divided by it. Bytes.
    static let slot: UInt64 = 32
    static let block: UInt64 = 4096

    /// `i_format`: an extended inode whose bytes are in blocks (`EROFS_INODE_FLAT_PLAIN`), or end behind the inode
    /// (`EROFS_INODE_FLAT_INLINE`).
    private static let plain: UInt16 = 1
    private static let inline: UInt16 = 1 | 2 << 1

    /// The type as in `st_mode`, with the type of entries in directories (`EROFS_FT_…`).
    enum Kind {
        case file, directory, symlink, characterDevice, blockDevice, fifo

        var modeBits: UInt32 {
            switch self {
            case .file: 0o100_000
            case .directory: 0o040_000
            case .symlink: 0o120_000
            case .characterDevice: 0o020_000
            case .blockDevice: 0o060_000
            case .fifo: 0o010_000
            }
        }

        var entryType: UInt8 {
            switch self {
            case .file: 1
            case .directory: 2
            case .characterDevice: 3
            case .blockDevice: 4
            case .fifo: 5
            case .symlink: 7
            }
        }
    }

    let kind: Kind
    let attributes: ErofsAttributes
    /// A number for programs that know no 64-bit ones.
    var number: UInt32 = 0
    var linkCount: UInt32 = 1
    var size: UInt64 = 0
    /// The number of the first block of bytes, or the number of a device.
    var place: UInt32 = 0
    /// The end of the bytes; empty when all of them are in blocks.
    var tail: [UInt8] = []

    /// Whether the last `count` bytes of a file can stand in the block of its inode.
    static func takes(tail count: Int, attributes: ErofsAttributes, space: Int = Int(block)) -> Bool {
        byteCount + AttributeBlock.byteCount(of: attributes.xattrs) + count <= space
    }

    /// The number of a device as the kernel's `new_encode_dev` makes it.
    static func device(major: UInt32, minor: UInt32) -> UInt32 {
        minor & 0xFF | major << 8 | (minor & ~0xFF) << 12
    }

    func encoded() -> [UInt8] {
        let attributeByteCount = AttributeBlock.byteCount(of: attributes.xattrs)
        var writer = ByteWriter(capacity: Self.byteCount + attributeByteCount + tail.count)
        writer.writeFixed(tail.isEmpty ? Self.plain : Self.inline)
        writer.writeFixed(AttributeBlock.inodeCount(byteCount: attributeByteCount))
        writer.writeFixed(UInt16(kind.modeBits | attributes.mode & 0o7777))
        writer.writeFixed(UInt16(0))
        writer.writeFixed(size)
        writer.writeFixed(place)
        writer.writeFixed(number)
        writer.writeFixed(attributes.uid)
        writer.writeFixed(attributes.gid)
        writer.writeFixed(UInt64(bitPattern: attributes.mtimeSeconds))
        writer.writeFixed(attributes.mtimeNanoseconds)
        writer.writeFixed(linkCount)
        for _ in 0..<16 { writer.write(0) }
        AttributeBlock.write(attributes.xattrs, to: &writer)
        writer.write(tail)
        return writer.bytes
    }
}
