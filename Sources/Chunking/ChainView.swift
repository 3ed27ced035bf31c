/// The merged view of a chain of layers: what a root filesystem made of them shows.
///
/// Whiteouts, opaque directories, later entries for a path, and entries through symlinked parents are taken into
/// account. Making it is O(n) over all entries (n log n at most); a look-up O(depth).
public struct ChainView: Sendable {
    /// A path of the merged view.
    public struct Node: Hashable, Sendable {
        /// Its row. For a hard link: the row of the file it names, with this path.
        public let entry: Entry
        /// Which layer of the chain the content comes from, 0 for the lowest.
        public let layer: Int

        /// Makes a node.
        public init(entry: Entry, layer: Int) {
            self.entry = entry
            self.layer = layer
        }
    }

    /// Merges `layers`, lowest first.
    public init(layers: [EntryTable]) {}

    /// What is at `path`, without following a symbolic link in its last component; parents are followed as in a
    /// chroot. `nil` when nothing is there or a link loops.
    public func node(at path: LayerPath) -> Node? { nil }

    /// `path` with every symbolic link followed, in its last component too; a component that does not exist ends
    /// the following and the rest is taken as written. `nil` when a link loops.
    public func resolved(_ path: LayerPath) -> LayerPath? { nil }

    /// The names directly below the directory at `path` (links followed), sorted by bytes; empty when there is none.
    public func children(of path: LayerPath) -> [Node] { [] }

    /// Everything at and below `path`, parents before children, siblings sorted by bytes; links below are not followed.
    public func subtree(at path: LayerPath) -> [Node] { [] }
}
