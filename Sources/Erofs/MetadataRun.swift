/// Inodes one after the other, none of which crosses the border of a block.
struct MetadataRun {
    /// Where the run begins in the image, a multiple of the block size. Bytes.
    let start: UInt64
    private(set) var bytes: [UInt8] = []

    init(start: UInt64) {
        self.start = start
    }

    /// Where the next block begins in the image. `fsck.erofs` reads the header of attributes behind every inode, those too
    /// that have none, so the last inode of an image must not end where the image does.
    var end: UInt64 {
        bytes.isEmpty ? start : start + UInt64(bytes.count + AttributeBlock.headerByteCount).rounded(up: Inode.block)
    }

    /// Where an inode of `count` bytes, at most a block, would begin. Bytes from the beginning of the run.
    func offset(for count: Int) -> Int {
        let next = bytes.count.rounded(up: Int(Inode.slot))
        let left = Int(Inode.block) - next % Int(Inode.block)
        return count <= left ? next : next + left
    }

    /// Adds an inode.
    /// - Returns: where it begins in the image.
    mutating func append(_ inode: [UInt8]) -> UInt64 {
        let offset = offset(for: inode.count)
        bytes += repeatElement(0, count: offset - bytes.count)
        bytes += inode
        return start + UInt64(offset)
    }

    /// Puts `part` over what is at `place` of the image, if that is in the run.
    /// - Returns: whether it is.
    mutating func replace(at place: UInt64, with part: [UInt8]) -> Bool {
        guard place >= start, place + UInt64(part.count) <= start + UInt64(bytes.count) else { return false }
        let offset = Int(place - start)
        bytes.replaceSubrange(offset..<(offset + part.count), with: part)
        return true
    }
}
