/// The merged view of a chain of layers: what a root filesystem made of them shows.
///
/// Whiteouts, opaque directories, later entries for a path, and entries through symlinked parents are taken into
/// account, in the order of the layers and, inside one, of its rows; a whiteout hides only what lower layers put
/// there. Each layer counts as if it was unpacked by itself and laid over those below, as overlayfs does it: a link of a lower
/// layer leads no row of another one elsewhere, but gives way to the directory that the row is in. Making it is O(n) over all
/// entries (n log n at most); a look-up O(depth).
public struct ChainView: Sendable {
    private let tree: ChainTree

    /// A path of the merged view.
    public struct Node: Hashable, Sendable {
        /// Its row, with the path where it really is. For a hard link: the row of the file it names, with this
        /// path; one that names nothing stays a ``Entry/Kind/hardlink``. A directory that no layer has a row for
        /// is root's, with mode 0755 and no time.
        public let entry: Entry
        /// Which layer of the chain the content comes from, 0 for the lowest; ``Entry/payloadOffset`` is in it.
        public let layer: Int
        /// Equal for the paths of one regular file, when layers say that there are several; `nil` for others.
        public let file: Int?

        /// Makes a node.
        public init(entry: Entry, layer: Int, file: Int? = nil) {
            self.entry = entry
            self.layer = layer
            self.file = file
        }
    }

    /// Merges `layers`, lowest first.
    public init(layers: [EntryTable]) {
        var merger = ChainMerger()
        for (index, table) in layers.enumerated() {
            merger.apply(table, layer: index)
        }
        tree = merger.tree
    }

    /// What is at `path`, without following a symbolic link in its last component; parents are followed as in a
    /// chroot. `nil` when nothing is there or a link loops.
    public func node(at path: LayerPath) -> Node? {
        index(of: path, followLast: false).map(node)
    }

    /// `path` with every symbolic link followed, in its last component too; a component that does not exist ends
    /// the following and the rest is taken as written. `nil` when a link loops.
    public func resolved(_ path: LayerPath) -> LayerPath? {
        guard let walk = tree.walk(path.components, followLast: true) else { return nil }
        let existing = tree.path(of: walk.node)
        guard !walk.rest.isEmpty else { return existing }
        return existing.appending(walk.rest.map(\.bytes).joined(separator: [UInt8(ascii: "/")]))
    }

    /// The names directly below the directory at `path` (links followed), sorted by bytes; empty when there is none.
    public func children(of path: LayerPath) -> [Node] {
        guard let directory = index(of: path, followLast: true) else { return [] }
        return tree.sortedChildren(of: directory).map(node)
    }

    /// Everything at and below `path`, parents before children, siblings sorted by bytes. Parents of `path` are
    /// followed, a link at its end or below is not: resolve it before. Empty when nothing is there.
    public func subtree(at path: LayerPath) -> [Node] {
        guard let top = index(of: path, followLast: false) else { return [] }
        var found: [Node] = []
        var ahead = [top]
        while let next = ahead.popLast() {
            found.append(node(next))
            ahead.append(contentsOf: tree.sortedChildren(of: next).reversed())
        }
        return found
    }

    private func index(of path: LayerPath, followLast: Bool) -> Int? {
        guard let walk = tree.walk(path.components, followLast: followLast), walk.rest.isEmpty else { return nil }
        return walk.node
    }

    private func node(_ index: Int) -> Node {
        let node = tree.nodes[index]
        let isFile = node.entry?.kind == .file
        return Node(entry: tree.row(of: index), layer: node.contentLayer, file: isFile ? node.file : nil)
    }
}
