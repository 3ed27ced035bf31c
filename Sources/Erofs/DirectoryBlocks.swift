internal import Chunking

/// The bytes of a directory: blocks of `erofs_dirent`s, each with the names of its entries behind them. Entries are sorted
/// by the bytes of their names, over all blocks.
struct DirectoryBlocks {
    struct Entry {
        let name: [UInt8]
        /// The number of a node of the tree.
        let node: Int
    }

    private static let entryByteCount = 12

    private let entries: [Entry]
    /// Which entries are in which block.
    private let blocks: [Range<Int>]
    /// The bytes of all blocks; the last one ends with its last name.
    let byteCount: Int

    /// The directory of node `own`, which is in that of node `parent`.
    init(_ children: [[UInt8]: Int], own: Int, parent: Int) {
        let points = [Entry(name: Array(".".utf8), node: own), Entry(name: Array("..".utf8), node: parent)]
        entries = (points + children.map { Entry(name: $0.key, node: $0.value) })
            .sorted { $0.name.lexicographicallyPrecedes($1.name) }
        var blocks: [Range<Int>] = []
        var (first, used) = (0, 0)
        for (index, entry) in entries.enumerated() {
            let count = Self.entryByteCount + entry.name.count
            if used + count > Int(Inode.block) {
                blocks.append(first..<index)
                (first, used) = (index, 0)
            }
            used += count
        }
        byteCount = blocks.count * Int(Inode.block) + used
        self.blocks = blocks + [first..<entries.count]
    }

    /// The bytes of the last block.
    var tailByteCount: Int { byteCount - (blocks.count - 1) * Int(Inode.block) }
    /// How many blocks are before the last one.
    var fullCount: Int { blocks.count - 1 }

    /// The bytes of a block; those before the last are filled up with zeros.
    /// - Parameter describe: where the inode of a node is in the image, and what it is.
    func block(_ index: Int, _ describe: (Int) -> (inode: UInt64, kind: Inode.Kind)) -> [UInt8] {
        let entries = entries[blocks[index]]
        var writer = ByteWriter(capacity: Int(Inode.block))
        var nameOffset = entries.count * Self.entryByteCount
        for entry in entries {
            let (inode, kind) = describe(entry.node)
            writer.writeFixed(inode / Inode.slot)
            writer.writeFixed(UInt16(nameOffset))
            writer.write(kind.entryType)
            writer.write(0)
            nameOffset += entry.name.count
        }
        for entry in entries { writer.write(entry.name) }
        guard index < fullCount else { return writer.bytes }
        return writer.bytes + repeatElement(0, count: Int(Inode.block) - writer.bytes.count)
    }
}
