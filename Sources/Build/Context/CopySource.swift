internal import Chunking

/// One thing that a COPY or ADD copies: a file, or a directory whose contents are copied.
struct CopySource: Sendable {
    /// A file at or below the source.
    struct File: Sendable {
        /// Relative to the source; empty for the source itself.
        var path: [UInt8]
        /// Its row; where it is copied to replaces the path.
        var entry: Entry
        /// Where its bytes are.
        var content: CopyLayer.Item.Content
    }

    /// The last component of the path that the instruction names.
    var name: [UInt8]
    /// The source itself, then what is below it, parents before children.
    var files: [File]

    var isDirectory: Bool { files.first?.entry.kind == .directory }
}
