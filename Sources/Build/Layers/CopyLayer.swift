public import Chunking
public import SystemPackage

/// Makes the layer of a COPY, an ADD or a WORKDIR without the root filesystem it is for.
public struct CopyLayer: Sendable {
    /// One thing that goes into the layer.
    public struct Item: Sendable {
        /// Where the bytes of a regular file are.
        public enum Content: Sendable {
            /// Nothing to read: a directory, link or device.
            case none
            /// A file on this runner.
            case file(FilePath)
            /// The bytes themselves.
            case bytes([UInt8])
        }

        /// Its row: final path, mode, owner, link text, xattrs, mtime; `size` of a file. `content`, when set, is
        /// what the step's key was made from and is compared with what is read.
        public var entry: Entry
        /// Where its bytes are.
        public var content: Content
        /// The chunks that its bytes are known to have; empty when that is not known.
        var chunks: [ChunkReference] = []

        /// Makes an item.
        public init(entry: Entry, content: Content) {
            self.entry = entry
            self.content = content
        }
    }

    /// What goes in, parents before children.
    public var items: [Item]

    /// Makes a layer of `items`.
    public init(items: [Item]) {
        self.items = items
    }
}
