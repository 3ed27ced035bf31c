/// Reads a layer whose recipe is known: gives rows and bytes as ``TarReader`` does, and in the end what ``LayerSplitter`` would
/// say of it. Neither cuts nor names chunks, which is most of a splitter's work: what a large file has for its content
/// follows from the names of its chunks, which the recipe has. The bytes as a whole are hashed, so a recipe that puts
/// together something else comes out; that it names its chunks rightly has to be known.
public struct RecipeReader: ~Copyable, Sendable {
    /// What a layer came to.
    public struct Result: Sendable {
        /// The SHA-256 of its bytes.
        public let digest: Digest
        /// Its table of contents; `nil` when it is not a tar, or one whose paths cannot be told for sure.
        public let entries: EntryTable?
        /// Whether the recipe is cut where files begin and end, as this version cuts. If not, ``entries`` lacks contents.
        public let isCutAlike: Bool
    }

    private let parameters = ChunkParameters.v1
    private var reader = TarReader()
    private var hasher = DigestHasher()
    private var files: FileContents
    /// The rows, and the content of the last one as far as it has come.
    private var rows: [Entry] = []
    private var small: DigestHasher?
    private var left: UInt64 = 0
    private var offset: UInt64 = 0

    /// Begins a layer.
    public init(_ recipe: Recipe) {
        files = FileContents(recipe)
        if recipe.parameters != parameters.id || recipe.extents.count >= LayerCutter.extentsMaximum {
            files.isCutAlike = false
        }
    }

    /// Whether any entry so far has a name that climbs out; see ``TarReader/hasClimbingNames``.
    public var hasClimbingNames: Bool { reader.hasClimbingNames }

    /// Takes the next bytes, as ``TarReader/update(_:onEntry:onContent:)`` does. O(n).
    public mutating func update<E: Error>(
        _ bytes: RawSpan, onEntry: (Entry) throws(E) -> Void, onContent: (RawSpan) throws(E) -> Void
    ) throws(E) {
        hasher.update(bytes)
        var (rows, small, left, offset, files) = (rows, small, left, offset, files)
        self.rows = []
        defer { (self.rows, self.small, self.left, self.offset, self.files) = (rows, small, left, offset, files) }
        let restart = UInt64(parameters.fileRestart)
        try reader.update(
            bytes,
            onEntry: { entry throws(E) in
                var row = entry
                (left, small) = (entry.size, nil)
                if entry.kind == .file {
                    row.payloadOffset = offset
                    if entry.size >= restart {
                        row.content = files.content(at: offset, byteCount: entry.size)
                    } else {
                        small = ContentDigest.smallHasher()
                        if entry.size == 0 { row.content = small?.finalize() }
                    }
                }
                rows.append(row)
                try onEntry(entry)
            },
            onContent: { content throws(E) in
                offset += UInt64(content.byteCount)
                left -= min(left, UInt64(content.byteCount))
                small?.update(content)
                if left == 0, let hasher = small { rows[rows.count - 1].content = hasher.finalize() }
                try onContent(content)
            })
    }

    /// Ends the layer.
    public consuming func finish() -> Result {
        let digest = hasher.finalize()
        return Result(
            digest: digest, entries: reader.finish() ? EntryTable(entries: rows) : nil, isCutAlike: files.isCutAlike)
    }
}

/// Names the contents of large files, in the order of the payload, by the chunks that a recipe says they have.
private struct FileContents: Sendable {
    private let chunks: [ChunkReference]
    private let parameters: UInt16
    private var next = 0
    /// Where the next chunk begins.
    private var start: UInt64 = 0
    /// Whether every file so far begins and ends with a chunk.
    var isCutAlike = true

    init(_ recipe: Recipe) {
        chunks = recipe.payload
        parameters = recipe.parameters
    }

    mutating func content(at offset: UInt64, byteCount: UInt64) -> Digest? {
        advance(to: offset)
        let first = next
        let isBegun = start == offset
        advance(to: offset + byteCount)
        guard isBegun, start == offset + byteCount else {
            isCutAlike = false
            return nil
        }
        return ContentDigest.large(chunks[first..<next].lazy.map(\.id), parameters: parameters)
    }

    private mutating func advance(to offset: UInt64) {
        while start < offset, next < chunks.count {
            start += UInt64(chunks[next].length)
            next += 1
        }
    }
}
