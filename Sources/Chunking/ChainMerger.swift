/// Lays layers on a ``ChainTree``, as the OCI image specification tells a layer is applied.
struct ChainMerger {
    private static let whiteoutPrefix = Array(".wh.".utf8)
    private static let opaqueName = Array(".wh..wh..opq".utf8)
    /// Names of the old AUFS driver that are no files of the image.
    private static let reservedPrefix = Array(".wh..wh.".utf8)

    private(set) var tree = ChainTree()
    private var layer = 0
    /// How many files have several names.
    private var fileCount = 0
    /// How many more components the symbolic links of parents may add; then entries behind links are left out.
    /// No real chain comes near: it keeps one made to be slow from taking hours.
    private var linkStepsLeft = 100_000_000
    /// The directory that the last entry's parent led to; neighbours in a tar mostly share it. Dropped when
    /// anything is removed or replaced, and with each layer.
    private var lastParent: (path: ArraySlice<UInt8>, node: Int)?

    /// Lays `table`, which is layer number `layer`, on top.
    mutating func apply(_ table: EntryTable, layer: Int) {
        self.layer = layer
        // Its own links lead elsewhere.
        lastParent = nil
        for entry in table.entries {
            apply(entry)
        }
    }

    private mutating func apply(_ entry: Entry) {
        let bytes = entry.path.bytes
        let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
        let name = slash.map { bytes[($0 + 1)...] } ?? bytes[...]
        let parentPath = slash.map { bytes[..<$0] } ?? []
        if bytes.isEmpty { return setRoot(entry) }
        let isOpaqueMark = name.elementsEqual(Self.opaqueName)
        let isReserved = bytes.starts(with: Self.reservedPrefix) || name.starts(with: Self.reservedPrefix)
        if isReserved && !isOpaqueMark { return }
        guard let parent = parentNode(parentPath) else { return }
        if isOpaqueMark {
            hideChildren(of: parent)
        } else if name.starts(with: Self.whiteoutPrefix) {
            hide(name.dropFirst(Self.whiteoutPrefix.count), in: parent)
        } else {
            place(entry, name: ChainTree.Name(name), parentPath: parentPath, parent: parent)
        }
    }

    private mutating func setRoot(_ entry: Entry) {
        guard entry.kind == .directory else { return }
        tree.nodes[ChainTree.root].entry = entry
        tree.nodes[ChainTree.root].layer = layer
        tree.nodes[ChainTree.root].contentLayer = layer
    }

    // MARK: Placing

    /// The directory that `path` leads to; made, with those above it, when it is not there. `nil` when links loop.
    ///
    /// As builders unpack each layer by itself, only links of the present layer are followed: a directory that it has, or
    /// that something in it needs, hides a link or a file of the layers below.
    private mutating func parentNode(_ path: ArraySlice<UInt8>) -> Int? {
        if let lastParent, lastParent.path == path { return lastParent.node }
        let components = path.split(separator: UInt8(ascii: "/"))
        while let walk = follow(components, followLast: true, linksOf: layer) {
            var node = walk.node
            if !tree.nodes[node].isDirectory { replace(node, with: nil) }
            var isThere = true
            for name in walk.rest {
                // Behind what was missing is nothing, unless the text of a link climbs up again: then anew.
                isThere = !name.bytes.elementsEqual(".".utf8) && !name.bytes.elementsEqual("..".utf8)
                if !isThere { break }
                node = addNode(nil, contentLayer: layer, name: name, parent: node)
            }
            guard isThere else { continue }
            lastParent = (path, node)
            return node
        }
        return nil
    }

    private mutating func follow(
        _ components: [ArraySlice<UInt8>], followLast: Bool, linksOf layer: Int? = nil
    ) -> ChainTree.Walk? {
        guard linkStepsLeft > 0, let walk = tree.walk(components, followLast: followLast, linksOf: layer) else {
            return nil
        }
        linkStepsLeft -= walk.linkSteps
        return walk
    }

    private mutating func place(
        _ original: Entry, name: ChainTree.Name, parentPath: ArraySlice<UInt8>, parent: Int
    ) {
        var entry = original
        let actualParent = tree.nodes[parent].entry?.path ?? tree.path(of: parent)
        if actualParent.bytes[...] != parentPath {
            entry.path = actualParent.appending(name.bytes)
        }
        var contentLayer = layer
        var file: Int?
        if entry.kind == .hardlink, let target = linkTarget(of: entry) {
            var linked = tree.row(of: target)
            contentLayer = tree.nodes[target].contentLayer
            linked.path = entry.path
            entry = linked
            file = fileNumber(of: target)
        }
        guard let existing = tree.nodes[parent].children[name] else {
            let node = addNode(entry, contentLayer: contentLayer, name: name, parent: parent)
            tree.nodes[node].file = file
            return
        }
        if entry.kind == .directory, tree.nodes[existing].isDirectory {
            tree.nodes[existing].entry = entry
            tree.nodes[existing].layer = layer
            tree.nodes[existing].contentLayer = layer
        } else {
            replace(existing, with: entry, contentLayer: contentLayer)
            tree.nodes[existing].file = file
        }
    }

    /// The number that all names of the file at `node` have from now on.
    private mutating func fileNumber(of node: Int) -> Int {
        if let number = tree.nodes[node].file { return number }
        fileCount += 1
        tree.nodes[node].file = fileCount
        return fileCount
    }

    /// The node that the hard link `entry` is another name of; `nil` when there is none that can have one.
    private mutating func linkTarget(of entry: Entry) -> Int? {
        guard let walk = follow(LayerPath(entry.linkTarget).components, followLast: false),
            walk.rest.isEmpty, !tree.nodes[walk.node].isDirectory
        else { return nil }
        return walk.node
    }

    private mutating func addNode(_ entry: Entry?, contentLayer: Int, name: ChainTree.Name, parent: Int) -> Int {
        let node = tree.nodes.count
        tree.nodes.append(
            ChainTree.Node(
                entry: entry, layer: layer, contentLayer: contentLayer, parent: parent, name: name, cleared: layer))
        tree.nodes[parent].children[name] = node
        return node
    }

    /// Puts `entry` (`nil` for a directory without a row) where `node` is, and drops what was below it.
    private mutating func replace(_ node: Int, with entry: Entry?, contentLayer: Int? = nil) {
        lastParent = nil
        tree.nodes[node].entry = entry
        tree.nodes[node].layer = layer
        tree.nodes[node].contentLayer = contentLayer ?? layer
        tree.nodes[node].file = nil
        tree.nodes[node].children = [:]
        tree.nodes[node].cleared = layer
    }

    // MARK: Hiding

    private mutating func hide(_ name: ArraySlice<UInt8>, in parent: Int) {
        guard let node = tree.nodes[parent].children[ChainTree.Name(name)] else { return }
        lastParent = nil
        if removeLower(node) { tree.nodes[parent].children[ChainTree.Name(name)] = nil }
    }

    private mutating func hideChildren(of directory: Int) {
        guard tree.nodes[directory].cleared < layer else { return }
        lastParent = nil
        tree.nodes[directory].cleared = layer
        for (name, child) in tree.nodes[directory].children where removeLower(child) {
            tree.nodes[directory].children[name] = nil
        }
    }

    /// Takes away what layers below the present one put at and below `top`: a whiteout hides nothing of its own
    /// layer. Returns whether nothing is left of `top` itself. Depth is the input's, so this does not recurse; what
    /// was cleared for this layer is not searched again, so all calls of a layer together are O(n).
    private mutating func removeLower(_ top: Int) -> Bool {
        var order = [top]
        var searched: Set<Int> = []
        var index = 0
        while index < order.count {
            let node = order[index]
            index += 1
            guard tree.nodes[node].cleared < layer else { continue }
            tree.nodes[node].cleared = layer
            searched.insert(node)
            order.append(contentsOf: tree.nodes[node].children.values)
        }
        // Children come after their parents, so backwards each directory knows what is left in it.
        var removed: Set<Int> = []
        for node in order.reversed() {
            if searched.contains(node) {
                for (name, child) in tree.nodes[node].children where removed.contains(child) {
                    tree.nodes[node].children[name] = nil
                }
            }
            guard tree.nodes[node].layer < layer else { continue }
            if tree.nodes[node].children.isEmpty {
                removed.insert(node)
            } else {
                // Hidden itself, but something of this layer stands in it: a directory without a row.
                tree.nodes[node].entry = nil
                tree.nodes[node].layer = layer
                tree.nodes[node].contentLayer = layer
            }
        }
        return removed.contains(top)
    }
}
