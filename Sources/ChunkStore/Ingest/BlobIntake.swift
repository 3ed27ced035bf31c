internal import Chunking

/// Takes the chunks of a blob that is being cut: names them, makes frames of those that are new, and at the end the
/// blob. Those of a long blob are named and looked up on one thread, compressed and appended on two others, since that is
/// most of the work.
struct BlobIntake: ~Copyable, Sendable {
    private static let cutByteMaximum = 4 << 20
    private static let newByteMaximum = 4 << 20
    private static let sinkThreads = 2
    /// Without threads a run needs no room for more than a chunk or two.
    private static let inlineRunTarget = 16 << 10

    private let store: Store
    private let project: ProjectID
    private let sieve: ChunkSieve
    private let sink: FrameSink
    private let sieving: Stage<CutRun>
    private let sinking: Stage<FrameContent>
    private var run = CutRun()
    private var runTarget = inlineRunTarget

    init(_ store: Store, _ project: ProjectID) {
        self.store = store
        self.project = project
        let sink = FrameSink(store, project)
        let sinking = Stage<FrameContent>(
            byteMaximum: Self.newByteMaximum, threadCount: Self.sinkThreads
        ) { content throws(StoreError) in try sink.append(content) }
        let sieve = ChunkSieve(store) { content throws(StoreError) in
            try sinking.put(content, byteCount: content.byteCount)
        }
        sieving = Stage(byteMaximum: Self.cutByteMaximum) { run throws(StoreError) in try sieve.take(run) }
        (self.sieve, self.sink, self.sinking) = (sieve, sink, sinking)
    }

    /// Works on threads from now on.
    mutating func startThreads() throws(StoreError) {
        try sinking.startThreads()
        try sieving.startThreads()
        runTarget = CutRun.byteCountTarget
    }

    /// Does what waits, and works on the caller's thread from now on.
    mutating func endThreads() throws(StoreError) {
        try handOver()
        try sieving.finish()
        try sinking.finish()
        runTarget = Self.inlineRunTarget
    }

    /// Takes the next chunk of `stream`.
    mutating func take(_ chunk: RawSpan, of stream: Recipe.Stream) throws(StoreError) {
        run.append(chunk, of: stream, target: runTarget)
        if run.bytes.count >= runTarget { try handOver() }
    }

    /// The names of all chunks, which are all there are.
    mutating func finishChunks() throws(StoreError) -> ChunkNames {
        try handOver()
        try sieving.finish()
        return sieve.names
    }

    /// Stores the entry table like any content, then makes the blob durable and the project's.
    consuming func commit(_ result: LayerSplitter.Result, provingPossession: Bool) throws(StoreError) -> BlobInfo {
        let entries = try take(result.entries)
        try sieve.finish()
        try sinking.finish()
        let (pending, project) = (sink.pending, project)
        return try store.use { core throws(StoreError) in
            try core.publish(
                BlobRecord(recipe: result.recipe, entries: entries), with: pending, in: project,
                provingPossession: provingPossession)
        }
    }

    private func take(_ table: EntryTable?) throws(StoreError) -> [ChunkReference]? {
        guard let table else { return nil }
        var splitter = LayerSplitter()
        try unsafe splitter.update(table.encoded().span.bytes) { chunk, bytes throws(StoreError) in
            try sieve.takeAlong([chunk], [UInt8](copying: bytes))
        }
        let whole = try splitter.finish { chunk, bytes throws(StoreError) in
            try sieve.takeAlong([chunk], [UInt8](copying: bytes))
        }
        return whole.recipe.payload
    }

    private mutating func handOver() throws(StoreError) {
        var full = CutRun()
        swap(&full, &run)
        try sieving.put(full, byteCount: full.bytes.count)
    }
}
