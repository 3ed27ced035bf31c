internal import Chunking

/// Gives everything but regular files its place behind them, and writes it.
struct TreeLayout {
    private let tree: ErofsTree
    /// Directories, each behind the one it is in.
    private var directories: [Directory] = []
    /// Where the inode of each node is; 0 for nodes that have no name any more.
    private var inodes: [UInt64]
    /// How many names each node has, or of a directory those in it that are directories.
    private var counts: [UInt32]
    /// What is neither a file nor a directory, and has a name.
    private var others: [Int] = []
    private var run: MetadataRun
    /// Where the image ends.
    private(set) var end: UInt64
    /// The inode of the root directory, which stands in the first block.
    private(set) var rootInode: [UInt8] = []

    private struct Directory {
        let node: Int
        let blocks: DirectoryBlocks
        /// Whether its last block stands behind its inode.
        var isInline = false
        /// Where its other blocks begin.
        var start: UInt64 = 0
    }

    /// Lays out what has a name in `tree`.
    init(_ tree: ErofsTree, at start: UInt64) {
        self.tree = tree
        inodes = [UInt64](repeating: 0, count: tree.count)
        counts = [UInt32](repeating: 0, count: tree.count)
        run = MetadataRun(start: start)
        end = start
        find()
        place()
    }

    /// How many inodes the image has.
    var inodeCount: Int { inodes.count { $0 != 0 } }

    /// Where the inodes of files are, and how many names those have.
    var fileLinkCounts: [(inode: UInt64, count: UInt32)] {
        tree.nodes.enumerated().compactMap { number, node in
            guard case .file(let file) = node.content, counts[number] > 0 else { return nil }
            return (file.inode, counts[number])
        }
    }

    /// Finds what has a name.
    private mutating func find() {
        var waiting = [(node: ErofsTree.root, parent: ErofsTree.root)]
        while let (node, parent) = waiting.popLast() {
            let children = tree[node].children
            directories.append(Directory(node: node, blocks: DirectoryBlocks(children, own: node, parent: parent)))
            for child in children.values {
                switch tree[child].content {
                case .directory:
                    counts[node] += 1
                    waiting.append((child, node))
                case .file(let file):
                    counts[child] += 1
                    inodes[child] = file.inode
                case .symlink(_), .characterDevice(_, _), .blockDevice(_, _), .fifo:
                    counts[child] += 1
                    if counts[child] == 1 { others.append(child) }
                }
            }
        }
        // Dictionaries have no order, and the same tree makes the same image.
        others.sort()
        directories.sort { $0.node < $1.node }
    }

    /// Reserves room: for inodes one behind the other, then for the blocks of directories and links.
    private mutating func place() {
        for index in directories.indices {
            let attributes = tree[directories[index].node].attributes
            let tail = directories[index].blocks.tailByteCount
            let isRoot = directories[index].node == ErofsTree.root
            directories[index].isInline = Inode.takes(
                tail: tail, attributes: attributes, space: isRoot ? Superblock.rootSpace : Int(Inode.block))
            let count =
                Inode.byteCount + AttributeBlock.byteCount(of: attributes.xattrs)
                + (directories[index].isInline ? tail : 0)
            inodes[directories[index].node] =
                isRoot ? Superblock.rootInode : run.append([UInt8](repeating: 0, count: count))
        }
        var links: [(node: Int, inode: Inode)] = []
        for node in others {
            let inode = special(node)
            // The text of a long link goes into a block of its own, whose place is not known yet.
            let isLong = inode.size > 0 && inode.tail.isEmpty
            inodes[node] = run.append(inode.encoded())
            if isLong { links.append((node, inode)) }
        }
        end = run.end
        for index in directories.indices {
            directories[index].start = end
            let inBlocks = directories[index].blocks.fullCount + (directories[index].isInline ? 0 : 1)
            end += UInt64(inBlocks) * Inode.block
        }
        for (node, inode) in links {
            var inode = inode
            inode.place = UInt32(truncatingIfNeeded: end / Inode.block)
            _ = run.replace(at: inodes[node], with: inode.encoded())
            longLinks.append((node, end))
            end += Inode.block
        }
    }

    private var longLinks: [(node: Int, start: UInt64)] = []

    private func special(_ number: Int) -> Inode {
        let node = tree[number]
        var inode: Inode
        switch node.content {
        case .symlink(let text):
            inode = Inode(kind: .symlink, attributes: node.attributes, size: UInt64(text.count))
            if Inode.takes(tail: text.count, attributes: node.attributes) { inode.tail = text }
        case .characterDevice(let major, let minor):
            inode = Inode(
                kind: .characterDevice, attributes: node.attributes, place: Inode.device(major: major, minor: minor))
        case .blockDevice(let major, let minor):
            inode = Inode(
                kind: .blockDevice, attributes: node.attributes, place: Inode.device(major: major, minor: minor))
        case .fifo, .file(_), .directory:
            inode = Inode(kind: .fifo, attributes: node.attributes)
        }
        inode.number = UInt32(truncatingIfNeeded: number + 1)
        inode.linkCount = counts[number]
        return inode
    }

    // MARK: Writing

    /// Writes all but the inode of the root directory.
    mutating func write<E: Error>(to sink: (RawSpan, UInt64) throws(E) -> Void) throws(E) {
        for directory in directories {
            let last = directory.blocks.fullCount
            for index in 0..<(directory.isInline ? last : last + 1) {
                let block = directory.blocks.block(index, describe)
                try unsafe sink(block.span.bytes, directory.start + UInt64(index) * Inode.block)
            }
            let inode = inode(of: directory, tail: directory.isInline ? directory.blocks.block(last, describe) : [])
            if directory.node == ErofsTree.root {
                rootInode = inode
            } else {
                _ = run.replace(at: inodes[directory.node], with: inode)
            }
        }
        for (node, start) in longLinks {
            guard case .symlink(let text) = tree[node].content else { continue }
            try unsafe sink(text.span.bytes, start)
        }
        try unsafe sink(run.bytes.span.bytes, run.start)
    }

    private func inode(of directory: Directory, tail: [UInt8]) -> [UInt8] {
        let hasBlocks = directory.blocks.fullCount > 0 || !directory.isInline
        return Inode(
            kind: .directory, attributes: tree[directory.node].attributes,
            number: UInt32(truncatingIfNeeded: directory.node + 1), linkCount: 2 + counts[directory.node],
            size: UInt64(directory.blocks.byteCount),
            place: hasBlocks ? UInt32(truncatingIfNeeded: directory.start / Inode.block) : 0, tail: tail
        ).encoded()
    }

    private func describe(_ node: Int) -> (inode: UInt64, kind: Inode.Kind) {
        let kind: Inode.Kind =
            switch tree[node].content {
            case .directory: .directory
            case .file(_): .file
            case .symlink(_): .symlink
            case .characterDevice(_, _): .characterDevice
            case .blockDevice(_, _): .blockDevice
            case .fifo: .fifo
            }
        return (inodes[node], kind)
    }
}
