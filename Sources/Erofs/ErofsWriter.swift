public import Chunking

/// Writes an EROFS image, which the kernel mounts: the bytes of files as they arrive, then what says how they are called.
///
/// Blocks of 4 KiB, nothing compressed, extended inodes. A file's inode comes with the end of its bytes as soon as the
/// file is complete; those of directories and of everything else at the end, when all names are known. The same calls
/// make the same bytes. Each call may hand out bytes with the place where they belong in the image, which may be behind
/// earlier ones or before them; what is never written is zero. Memory is bounded by 32 KiB and what the tree needs.
///
/// Format: `fs/erofs/erofs_fs.h` and `Documentation/filesystems/erofs.rst` of Linux; <doc:Image>.
public struct ErofsWriter: ~Copyable, Sendable {
    /// How much room inodes of files get at a time. Bytes.
    private static let runByteCount = 32 << 10

    private let uuid: [UInt8]
    /// Where the next blocks go.
    private var end = Inode.block
    private var run: MetadataRun?
    private var file: OpenFile?
    private var fileCount: UInt32 = 0

    /// The file whose bytes arrive.
    private struct OpenFile {
        let attributes: ErofsAttributes
        let size: UInt64
        /// Where its blocks begin.
        let start: UInt64
        /// Where the bytes end that go into blocks, from the file's beginning.
        let blockEnd: UInt64
        var taken: UInt64 = 0
        var tail: [UInt8] = []
    }

    /// Begins an image.
    /// - Parameter identity: tells it from other images that are mounted; what is equal may have the same.
    public init(identity: Digest) {
        uuid = Array(identity.rawBytes.prefix(16))
    }

    // MARK: Files

    /// Begins a file of `size` bytes.
    public mutating func beginFile(_ attributes: ErofsAttributes, size: UInt64) {
        let tail = size % Inode.block
        let isInline = tail > 0 && Inode.takes(tail: Int(tail), attributes: attributes)
        let blockEnd = isInline ? size - tail : size
        file = OpenFile(attributes: attributes, size: size, start: end, blockEnd: blockEnd)
        end += blockEnd.rounded(up: Inode.block)
    }

    /// Takes the next bytes of the file that was begun; what is behind its end is dropped.
    public mutating func write<E: Error>(
        _ bytes: RawSpan, to sink: (RawSpan, UInt64) throws(E) -> Void
    ) throws(E) {
        guard let offset = file?.taken, let blockEnd = file?.blockEnd, let start = file?.start, let size = file?.size
        else { return }
        let count = Int(min(UInt64(bytes.byteCount), size - offset))
        let inBlocks = offset < blockEnd ? Int(min(UInt64(count), blockEnd - offset)) : 0
        if inBlocks > 0 { try sink(bytes.extracting(first: inBlocks), start + offset) }
        if inBlocks < count { file?.tail.append(copying: bytes.extracting(inBlocks..<count)) }
        file?.taken += UInt64(count)
    }

    /// Ends the file that was begun, all of whose bytes have come.
    public mutating func endFile<E: Error>(
        to sink: (RawSpan, UInt64) throws(E) -> Void
    ) throws(E) -> ErofsFile {
        guard let file else { return ErofsFile(inode: 0, start: 0, blockByteCount: 0, tailStart: 0) }
        self.file = nil
        fileCount += 1
        let inode = Inode(
            kind: .file, attributes: file.attributes, number: fileCount, size: file.size,
            place: file.blockEnd == 0 ? 0 : UInt32(truncatingIfNeeded: file.start / Inode.block), tail: file.tail)
        let bytes = inode.encoded()
        if let run, run.offset(for: bytes.count) + bytes.count > Self.runByteCount { try flush(to: sink) }
        if run == nil {
            run = MetadataRun(start: end)
            end += UInt64(Self.runByteCount)
        }
        let place = run?.append(bytes) ?? 0
        return ErofsFile(
            inode: place, start: file.start, blockByteCount: file.blockEnd,
            tailStart: place + UInt64(bytes.count - file.tail.count))
    }

    private mutating func flush<E: Error>(to sink: (RawSpan, UInt64) throws(E) -> Void) throws(E) {
        guard let run else { return }
        try unsafe sink(run.bytes.span.bytes, run.start)
        self.run = nil
    }

    // MARK: The tree

    /// Ends the image: `tree` says what its files are called. O(n log n).
    /// - Returns: how long it is; the last blocks may not have been written.
    public consuming func finish<E: Error>(
        _ tree: ErofsTree, to sink: (RawSpan, UInt64) throws(E) -> Void
    ) throws(E) -> UInt64 {
        // Nothing that was reserved for more files is needed any more.
        if let run, run.start + UInt64(Self.runByteCount) == end { end = run.end }
        var layout = TreeLayout(tree, at: end)
        for (place, count) in layout.fileLinkCounts where count != 1 {
            var writer = ByteWriter(capacity: 4)
            writer.writeFixed(count)
            let place = place + UInt64(Inode.linkCountOffset)
            if run?.replace(at: place, with: writer.bytes) != true { try unsafe sink(writer.bytes.span.bytes, place) }
        }
        try flush(to: sink)
        try layout.write(to: sink)
        let superblock = Superblock(
            inodeCount: UInt64(layout.inodeCount),
            blockCount: UInt32(truncatingIfNeeded: layout.end / Inode.block), uuid: uuid)
        try unsafe sink(superblock.encoded(root: layout.rootInode).span.bytes, 0)
        return layout.end
    }
}
