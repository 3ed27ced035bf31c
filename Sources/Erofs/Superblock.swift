internal import Chunking

/// The first block of an image: `erofs_super_block` at 1024, the inode of the root directory behind it. `root_nid` has 16
/// bits, so that inode has to be near the beginning.
struct Superblock {
    private static let offset = 1024
    private static let byteCount = 128
    private static let magic: UInt32 = 0xE0F5_E1E2
    /// `EROFS_FEATURE_COMPAT_MTIME`: what the one time of an inode is.
    private static let features: UInt32 = 2

    /// Where the inode of the root directory is. Bytes.
    static let rootInode = UInt64(offset + byteCount)
    /// How much room it has, with what stands behind it. Bytes.
    static let rootSpace = Int(Inode.block) - offset - byteCount

    /// How many inodes there are.
    let inodeCount: UInt64
    /// How long the image is.
    let blockCount: UInt32
    /// Tells file systems apart that are mounted at the same time.
    let uuid: [UInt8]

    /// The block.
    func encoded(root: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(appendingTo: [UInt8](repeating: 0, count: Self.offset))
        writer.writeFixed(Self.magic)
        // No checksum.
        writer.writeFixed(UInt32(0))
        writer.writeFixed(Self.features)
        writer.write(UInt8(Inode.block.trailingZeroBitCount))
        writer.write(0)
        writer.writeFixed(UInt16(Self.rootInode / Inode.slot))
        writer.writeFixed(inodeCount)
        // The time of compact inodes, of which there are none.
        writer.writeFixed(UInt64(0))
        writer.writeFixed(UInt32(0))
        writer.writeFixed(blockCount)
        // Inodes are counted from the beginning of the image; there are no shared attributes.
        writer.writeFixed(UInt32(0))
        writer.writeFixed(UInt32(0))
        writer.write(uuid)
        writer.write([UInt8](repeating: 0, count: Self.byteCount - 64))
        writer.write(root)
        return writer.bytes + repeatElement(0, count: Int(Inode.block) - writer.bytes.count)
    }
}
