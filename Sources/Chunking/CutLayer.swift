/// A blob that ``LayerCutter`` has cut: all that is to be known of it but the names of its chunks and its own.
public struct CutLayer: Sendable {
    /// A file that has chunks of its own, from whose names its content is named.
    struct LargeFile: Sendable {
        /// Its place in the entry table.
        let row: Int
        /// The places of its chunks in the payload.
        let chunks: Range<Int>
    }

    /// The names of chunks that were not handed out.
    struct KnownNames: Sendable {
        /// The place of the first in the payload.
        let first: Int
        let names: [Digest]
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
    /// By their places.
    let knownNames: [KnownNames]

    /// What a splitter makes of the blob.
    /// - Parameters:
    ///   - digest: the SHA-256 of the whole blob.
    ///   - names: the SHA-256 of each chunk that was handed out, as many of each stream as there are; missing ones are taken out
    ///     of the recipe, which is then of no use.
    public func named(_ digest: Digest, _ names: ChunkNames) -> LayerSplitter.Result {
        let payloadNames = merged(names.payload)
        let recipe = Recipe(
            parameters: parameters, digest: digest, size: size,
            headers: Self.references(names.headers, headers), payload: Self.references(payloadNames, payload),
            extents: extents)
        guard var table = entries else { return LayerSplitter.Result(recipe: recipe, entries: nil) }
        for file in largeFiles where file.chunks.upperBound <= payloadNames.count {
            table.entries[file.row].content = ContentDigest.large(payloadNames[file.chunks], parameters: parameters)
        }
        return LayerSplitter.Result(recipe: recipe, entries: table)
    }

    /// All names of the payload, in order.
    private func merged(_ names: [Digest]) -> [Digest] {
        if knownNames.isEmpty { return names }
        var merged: [Digest] = []
        merged.reserveCapacity(payload.count)
        var rest = names[...]
        for known in knownNames {
            let between = rest.prefix(known.first - merged.count)
            merged += between
            rest = rest.dropFirst(between.count)
            merged += known.names
        }
        return merged + rest
    }

    private static func references(_ names: [Digest], _ lengths: [UInt32]) -> [ChunkReference] {
        zip(names, lengths).map { ChunkReference(id: $0, length: $1) }
    }
}
