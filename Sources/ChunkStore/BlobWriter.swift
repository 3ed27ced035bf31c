public import Chunking
internal import Compression

/// A blob on its way into the store. Not for use from several threads at once; may move between threads.
/// Dropping it without ``commit(expecting:)`` leaves nothing visible behind.
public struct BlobWriter: ~Copyable, @unchecked Sendable {
    // Sendable: it cannot be copied, so one thread at a time has it, and nobody else refers to `intake`.
    /// How many bytes were written so far.
    public private(set) var size: UInt64 = 0

    private var splitter = LayerSplitter()
    private let intake: BlobIntake

    init(_ store: Store, _ project: ProjectID) {
        intake = BlobIntake(store, project)
    }

    /// Takes the next bytes.
    /// - Throws: `diskFull`, `poisoned`, `io`, `closed`.
    public mutating func write(_ bytes: RawSpan) throws(StoreError) {
        let intake = intake
        try splitter.update(bytes) { chunk, bytes throws(StoreError) in try intake.take(chunk, bytes) }
        size += UInt64(bytes.byteCount)
    }

    /// Ends the blob and makes it durable and visible.
    /// - Throws: `invalidContent` when its digest is not `expected`; nothing is kept then. Else as ``write(_:)``.
    public consuming func commit(expecting expected: Digest?) throws(StoreError) -> BlobInfo {
        let intake = intake
        let result = try splitter.finish { chunk, bytes throws(StoreError) in try intake.take(chunk, bytes) }
        if let expected, expected != result.recipe.digest {
            throw StoreError(
                .invalidContent,
                "the blob's digest is \(result.recipe.digest), not \(expected) as announced; send it again")
        }
        return try intake.commit(result, provingPossession: false)
    }
}

/// Takes the chunks of a blob that is being split: new ones are compressed and appended, known ones only noted.
final class BlobIntake {
    private let store: Store
    private let project: ProjectID
    private var builder: FrameBuilder
    /// What the builder has got since its last frame.
    private var building: Set<Digest> = []
    private var pending = PendingChunks()

    init(_ store: Store, _ project: ProjectID) {
        self.store = store
        self.project = project
        builder = FrameBuilder(codec: store.options.codec, level: store.options.level)
    }

    func take(_ chunk: ChunkReference, _ bytes: RawSpan) throws(StoreError) {
        if building.contains(chunk.id) || pending.contains(chunk.id) { return }
        let isKnown = try store.use { core throws(StoreError) in
            core.leases.hold(chunks: CollectionOfOne(chunk.id))
            return try core.has(chunk.id)
        }
        // A known chunk becomes the project's with the blob, which names it.
        if isKnown { return }
        building.insert(chunk.id)
        if let frame = try compressing({ builder throws(CompressionError) in try builder.add(chunk, bytes) }) {
            try append(frame)
        }
    }

    /// Stores the entry table like any content, then makes the blob the project's.
    func commit(_ result: LayerSplitter.Result, provingPossession: Bool) throws(StoreError) -> BlobInfo {
        let entries = try result.entries.map { table throws(StoreError) in try take(table) }
        if let frame = try compressing({ builder throws(CompressionError) in try builder.flush() }) {
            try append(frame)
        }
        let (pending, project) = (pending, project)
        return try store.use { core throws(StoreError) in
            try core.publish(
                BlobRecord(recipe: result.recipe, entries: entries), with: pending, in: project,
                provingPossession: provingPossession)
        }
    }

    private func take(_ table: EntryTable) throws(StoreError) -> [ChunkReference] {
        var splitter = LayerSplitter()
        try unsafe splitter.update(table.encoded().span.bytes) { chunk, bytes throws(StoreError) in
            try take(chunk, bytes)
        }
        let result = try splitter.finish { chunk, bytes throws(StoreError) in try take(chunk, bytes) }
        return result.recipe.payload
    }

    private func append(_ frame: Frame) throws(StoreError) {
        let project = project
        pending.add(try store.use { core throws(StoreError) in try core.append(frame, for: project) })
        for chunk in frame.chunks { building.remove(chunk.id) }
        if pending.count >= store.options.pendingChunksMaximum { try commitPending() }
    }

    private func commitPending() throws(StoreError) {
        let (rows, project) = (pending, project)
        _ = try store.use { core throws(StoreError) in
            try core.writer.perform(weight: rows.count) { batch throws(StoreError) in
                try batch.add(rows, to: project)
            }
        }
        pending.removeAll()
    }

    private func compressing(
        _ body: (inout FrameBuilder) throws(CompressionError) -> Frame?
    ) throws(StoreError) -> Frame? {
        do throws(CompressionError) {
            return try body(&builder)
        } catch {
            throw StoreError(.io, "a frame could not be compressed: \(error.description)", cause: error)
        }
    }
}
