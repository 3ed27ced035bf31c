/// Splits a blob that arrives in parts into the chunks of its recipe, and a tar also into its entry table.
///
/// Any bytes are accepted: what is not understood as tar stays verbatim in the headers stream, and a blob whose
/// first block is no tar header is taken as opaque (payload stream only, no entry table). Memory is bounded by
/// two chunks and the entry table.
public struct LayerSplitter: ~Copyable {
    /// What a finished blob came to.
    public struct Result: Sendable {
        /// How to rebuild the blob.
        public let recipe: Recipe
        /// Its table of contents; `nil` when it is not a tar.
        public let entries: EntryTable?

        /// Makes a result.
        public init(recipe: Recipe, entries: EntryTable?) {
            self.recipe = recipe
            self.entries = entries
        }
    }

    /// Begins a blob.
    public init(parameters: ChunkParameters = .v1) {}

    /// Takes the blob's next bytes. `onChunk` gets every chunk that is complete, with its bytes, which are valid
    /// only inside the call. O(n).
    public mutating func update<E: Error>(
        _ bytes: RawSpan, onChunk: (ChunkReference, RawSpan) throws(E) -> Void
    ) throws(E) {}

    /// Ends the blob: the last chunks go to `onChunk`.
    public mutating func finish<E: Error>(
        onChunk: (ChunkReference, RawSpan) throws(E) -> Void
    ) throws(E) -> Result {
        Result(
            recipe: Recipe(
                parameters: 1, digest: Digest(hashing: []), size: 0, headers: [], payload: [], extents: []),
            entries: nil)
    }
}
