internal import Chunking

/// Takes the chunks of a blob that is being split: new ones become frames, those of a long blob on a thread of their
/// own; known ones are only named by the blob.
struct BlobIntake: ~Copyable, Sendable {
    private static let byteMaximum = 8 << 20

    private let store: Store
    private let project: ProjectID
    private let sink: FrameSink
    private var stage: Stage<FrameContent>?
    private var content = FrameContent()
    /// The chunks of this blob that were new, so that none is appended twice.
    private var new: Set<Digest> = []

    init(_ store: Store, _ project: ProjectID) {
        self.store = store
        self.project = project
        sink = FrameSink(store, project)
    }

    /// Compresses and appends on a thread from now on.
    mutating func startThread() throws(StoreError) {
        stage = try Stage(byteMaximum: Self.byteMaximum) { [sink] content throws(StoreError) in
            try sink.append(content)
        }
    }

    /// Takes a chunk.
    mutating func take(_ chunk: ChunkReference, _ bytes: RawSpan) throws(StoreError) {
        if new.contains(chunk.id) { return }
        let isKnown = try store.use { core throws(StoreError) in
            core.leases.hold(chunks: CollectionOfOne(chunk.id))
            return try core.has(chunk.id)
        }
        // A known chunk becomes the project's with the blob, which names it.
        if isKnown { return }
        new.insert(chunk.id)
        content.append(chunk, bytes)
        if content.isFull { try handOver() }
    }

    /// Stores the entry table like any content, then makes the blob the project's.
    consuming func commit(
        _ result: LayerSplitter.Result, provingPossession: Bool
    ) throws(StoreError) -> BlobInfo {
        let entries = try takeTable(result.entries)
        try handOver()
        try stage?.finish()
        let (pending, project) = (sink.pending, project)
        return try store.use { core throws(StoreError) in
            try core.publish(
                BlobRecord(recipe: result.recipe, entries: entries), with: pending, in: project,
                provingPossession: provingPossession)
        }
    }

    private mutating func takeTable(_ table: EntryTable?) throws(StoreError) -> [ChunkReference]? {
        guard let table else { return nil }
        var splitter = LayerSplitter()
        try unsafe splitter.update(table.encoded().span.bytes) { chunk, bytes throws(StoreError) in
            try take(chunk, bytes)
        }
        return try splitter.finish { chunk, bytes throws(StoreError) in try take(chunk, bytes) }.recipe.payload
    }

    private mutating func handOver() throws(StoreError) {
        var full = FrameContent()
        swap(&full, &content)
        if let stage { try stage.put(full, byteCount: full.bytes.count) } else { try sink.append(full) }
    }
}
