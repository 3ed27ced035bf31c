/// The tree of a merged root filesystem; nodes are numbered in an array, so that it is a value without references.
struct ChainTree: Sendable {
    /// What is at one path.
    struct Node: Sendable {
        /// Its row; `nil` for a directory that only appears as the parent of something.
        var entry: Entry?
        /// The layer that put it there.
        var layer: Int
        /// The layer that has the content: not the same for a hard link across layers.
        var contentLayer: Int
        /// Equal for the names of one file, once a hard link has made it several.
        var file: Int?
        var parent: Int
        var name: Name
        var children: [Name: Int] = [:]
        /// The last layer for which it is known that nothing of a lower one is left below.
        var cleared: Int

        var isDirectory: Bool { entry.map { $0.kind == .directory } ?? true }
        var isSymlink: Bool { entry?.kind == .symlink }
    }

    /// One component of a path; shares the storage of the path it comes from.
    struct Name: Hashable, Comparable, Sendable {
        let bytes: ArraySlice<UInt8>

        init(_ bytes: ArraySlice<UInt8>) {
            self.bytes = bytes
        }

        static func == (left: Name, right: Name) -> Bool {
            left.bytes == right.bytes
        }

        static func < (left: Name, right: Name) -> Bool {
            left.bytes.lexicographicallyPrecedes(right.bytes)
        }

        func hash(into hasher: inout Hasher) {
            unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        }
    }

    /// Where a path led to.
    struct Walk {
        /// The last node that exists.
        var node: Int
        /// What is left of the path when the next component does not exist, or `node` is no directory.
        var rest: [Name]
        /// How many components the links on the way added.
        var linkSteps: Int
    }

    /// How many symbolic links one path may go through (as Linux, `MAXSYMLINKS`).
    static let linksMaximum = 40
    static let root = 0

    var nodes = [Node(entry: nil, layer: 0, contentLayer: 0, parent: 0, name: Name([]), cleared: 0)]

    /// Goes from the root along `components`, through symbolic links as in a chroot; through one at the end when
    /// `followLast`. `nil` when links loop.
    /// - Parameter layer: the layer whose links alone are followed; `nil` for those of all.
    func walk(_ components: [ArraySlice<UInt8>], followLast: Bool, linksOf layer: Int? = nil) -> Walk? {
        // What is still to go, the next component last.
        var ahead = components.reversed().map { Name($0) }
        var node = Self.root
        var links = 0
        var linkSteps = 0
        while let name = ahead.popLast() {
            guard nodes[node].isDirectory else {
                return Walk(node: node, rest: [name] + ahead.reversed(), linkSteps: linkSteps)
            }
            if name.bytes.elementsEqual(".".utf8) { continue }
            if name.bytes.elementsEqual("..".utf8) {
                node = nodes[node].parent
                continue
            }
            guard let child = nodes[node].children[name] else {
                return Walk(node: node, rest: [name] + ahead.reversed(), linkSteps: linkSteps)
            }
            let isFollowed = nodes[child].isSymlink && nodes[child].layer == layer ?? nodes[child].layer
            guard isFollowed, followLast || !ahead.isEmpty else {
                node = child
                continue
            }
            links += 1
            let target = nodes[child].entry?.linkTarget ?? []
            let hops = target.split(separator: UInt8(ascii: "/"))
            guard links <= Self.linksMaximum else { return nil }
            linkSteps += hops.count
            ahead.append(contentsOf: hops.reversed().map { Name($0) })
            if target.first == UInt8(ascii: "/") { node = Self.root }
        }
        return Walk(node: node, rest: [], linkSteps: linkSteps)
    }

    /// The path of `node`.
    func path(of node: Int) -> LayerPath {
        if let entry = nodes[node].entry { return entry.path }
        var names: [Name] = []
        var current = node
        while current != Self.root {
            names.append(nodes[current].name)
            current = nodes[current].parent
        }
        return LayerPath(names.reversed().map(\.bytes).joined(separator: [UInt8(ascii: "/")]))
    }

    /// The row of `node`; a directory without one gets what a program that unpacks layers would make.
    func row(of node: Int) -> Entry {
        nodes[node].entry ?? Entry(path: path(of: node), kind: .directory, mode: 0o755)
    }

    /// The children of `node` sorted by name.
    func sortedChildren(of node: Int) -> [Int] {
        nodes[node].children.sorted { $0.key < $1.key }.map(\.value)
    }
}
