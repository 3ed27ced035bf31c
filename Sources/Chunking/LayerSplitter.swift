/// Splits a blob that arrives in parts into the chunks of its recipe, and a tar also into its entry table.
///
/// Any bytes are accepted: what is not understood as tar stays verbatim in the headers stream, and a blob whose
/// first block is no tar header is taken as opaque (payload stream only, no entry table). A blob of nothing but
/// zeros is an empty tar: opaque, with an empty entry table. Memory is bounded by two chunks, the recipe and the
/// entry table. How the blob is split into parts changes nothing. After an error of `onChunk` the splitter is of
/// no more use.
public struct LayerSplitter: ~Copyable, Sendable {
    private var cutter: LayerCutter
    private var hasher = DigestHasher()
    private var names = ChunkNames()

    /// Begins a blob.
    /// - Parameter known: as for ``LayerCutter/init(parameters:known:)``: chunks that need not be cut and hashed again.
    public init(parameters: ChunkParameters = .v1, known: @escaping LayerCutter.KnownChunks = { _ in [] }) {
        cutter = LayerCutter(parameters: parameters, known: known)
    }

    /// Takes the blob's next bytes. `onChunk` gets every chunk that is complete, with its bytes, which are valid
    /// only inside the call. A chunk that occurs twice is handed out twice. O(n).
    public mutating func update<E: Error>(
        _ bytes: RawSpan, onChunk: (ChunkReference, RawSpan) throws(E) -> Void
    ) throws(E) {
        hasher.update(bytes)
        try cutter.update(bytes) { stream, bytes throws(E) in try onChunk(names.name(bytes, of: stream), bytes) }
    }

    /// Ends the blob: the last chunks go to `onChunk`. To be called once.
    public mutating func finish<E: Error>(
        onChunk: (ChunkReference, RawSpan) throws(E) -> Void
    ) throws(E) -> Result {
        let layer = try cutter.finish { stream, bytes throws(E) in try onChunk(names.name(bytes, of: stream), bytes) }
        return layer.named(hasher.finalize(), names)
    }
}

extension LayerSplitter {
    /// What a finished blob came to.
    public struct Result: Sendable {
        /// How to rebuild the blob.
        public let recipe: Recipe
        /// Its table of contents; `nil` when it is not a tar, or one whose paths cannot be told for sure.
        public let entries: EntryTable?

        /// Makes a result.
        public init(recipe: Recipe, entries: EntryTable?) {
            self.recipe = recipe
            self.entries = entries
        }
    }
}
