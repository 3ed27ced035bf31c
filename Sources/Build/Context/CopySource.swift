internal import Chunking
internal import Dockerfile

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
        /// The chunks that its bytes are known to have.
        var chunks: [ChunkReference] = []
        /// Equal for those of the source that are names of one file; `nil` for others.
        var file: Int?
    }

    /// The last component of the path that the instruction names.
    var name: [UInt8]
    /// The source itself, then what is below it, parents before children.
    var files: [File]
    /// Whether it is unpacked when it is an archive.
    var isUnpacked = false
    /// Whether its bytes stay as they are until the build is over.
    var isSettled = false

    /// A file whose bytes are known: a here-document.
    /// - Parameter time: when it was changed; seconds since 1970.
    init(_ document: InlineFile, time: Int64) {
        name = Array(document.name.utf8)
        let bytes = Array(document.text.utf8)
        let entry = Entry(
            path: LayerPath(name), kind: .file, mode: 0o644, size: UInt64(bytes.count), mtimeSeconds: time)
        files = [File(path: [], entry: entry, content: .bytes(bytes))]
    }

    /// Makes a source.
    init(name: [UInt8], files: [File]) {
        self.name = name
        self.files = files
    }

    var isDirectory: Bool { files.first?.entry.kind == .directory }
}
