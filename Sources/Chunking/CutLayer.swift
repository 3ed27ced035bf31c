/// A blob that ``LayerCutter`` has cut: all that is to be known of it but the names of its chunks and its own.
public struct CutLayer: Sendable {
    /// A file that has chunks of its own, from whose names its content is named.
    struct LargeFile: Sendable {
        /// Its place in the entry table.
        let row: Int
        /// The places of its chunks in the payload.
        let chunks: Range<Int>
    }

    let parameters: UInt16
    let size: UInt64
    /// How long the chunks of each stream are. Bytes.
    let headers: [UInt32]
    let payload: [UInt32]
    let extents: [Recipe.Extent]
    /// Without the contents of large files.
    let entries: EntryTable?
    let largeFiles: [LargeFile]

    /// What a splitter makes of the blob.
    /// - Parameters:
    ///   - digest: the SHA-256 of the whole blob.
    ///   - names: the SHA-256 of each chunk, as many of each stream as there are; missing ones are taken out of the
    ///     recipe, which is then of no use.
    public func named(_ digest: Digest, _ names: ChunkNames) -> LayerSplitter.Result {
        let recipe = Recipe(
            parameters: parameters, digest: digest, size: size,
            headers: Self.references(names.headers, headers), payload: Self.references(names.payload, payload),
            extents: extents)
        guard var table = entries else { return LayerSplitter.Result(recipe: recipe, entries: nil) }
        for file in largeFiles where file.chunks.upperBound <= names.payload.count {
            table.entries[file.row].content = ContentDigest.large(names.payload[file.chunks], parameters: parameters)
        }
        return LayerSplitter.Result(recipe: recipe, entries: table)
    }

    private static func references(_ names: [Digest], _ lengths: [UInt32]) -> [ChunkReference] {
        zip(names, lengths).map { ChunkReference(id: $0, length: $1) }
    }
}
