import ChunkStore
import Chunking

/// Stores content that nothing refers to, and that is therefore collected when its lease is over.
struct IngestLoad: Sendable {
    private static let variantSize: UInt64 = 16 << 20

    let store: Store
    let project: ProjectID
    let layers: [CorpusLayer]

    /// Ingests the beginning of a layer, with every byte another, so that it is new and compresses as before. It is short,
    /// so that its chunks are not collected, by the short lease of this store, before it is complete.
    func ingestVariant(_ number: Int) throws {
        let key = UInt8(1 + number / layers.count % 255)
        let file = try MappedFile(layers[number % layers.count].path)
        var writer = store.beginBlob(in: project)
        try file.forEachPart { part throws(StoreError) in
            guard writer.size < Self.variantSize else { return }
            var bytes = [UInt8](copying: part)
            for index in bytes.indices { bytes[index] ^= key }
            try unsafe writer.write(bytes.span.bytes)
        }
        _ = try writer.commit(expecting: nil)
    }
}
