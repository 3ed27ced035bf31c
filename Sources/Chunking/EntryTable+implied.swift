extension EntryTable {
    private static let whiteoutPrefix = Array(".wh.".utf8)

    /// The directories, besides the root, that exist when the layer is unpacked by itself though no row tells of them: what
    /// they are like the layers below say. Parents come first. Whoever packs only the files of an application leaves
    /// their parents out. O(n log n).
    public var impliedDirectories: [LayerPath] {
        if hasRowsOfParents { return [] }
        var merger = ChainMerger()
        // What hides something is in a directory like everything else; no file's name has a zero.
        merger.apply(
            EntryTable(
                entries: entries.map { entry in
                    guard entry.path.name.starts(with: Self.whiteoutPrefix), let parent = entry.path.parent else {
                        return entry
                    }
                    return Entry(path: parent.appending([0] + entry.path.name), kind: .file, mode: 0)
                }), layer: 0)
        let tree = merger.tree
        var found: [LayerPath] = []
        var ahead = tree.sortedChildren(of: ChainTree.root)
        while let node = ahead.popLast() {
            if tree.nodes[node].entry == nil { found.append(tree.path(of: node)) }
            ahead += tree.nodes[node].children.values
        }
        return found.sorted()
    }

    /// Whether there is a row of each directory before the rows of what is in it, as nearly all builders write layers.
    private var hasRowsOfParents: Bool {
        var known: Set<LayerPath> = [.root]
        var last = LayerPath.root
        for entry in entries {
            if entry.kind == .directory { known.insert(entry.path) }
            guard let parent = entry.path.parent, parent != last else { continue }
            guard known.contains(parent) else { return false }
            last = parent
        }
        return true
    }
}
