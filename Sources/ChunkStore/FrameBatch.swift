internal import Chunking
public import Compression

/// Frames on their way into the store. Not for use from several threads at once.
public struct FrameBatch: ~Copyable, Sendable {
    private let store: Store
    private let project: ProjectID
    private var pending = PendingChunks()
    private var added = 0
    /// Keeps what was appended from being collected before it is named.
    private var upload: Leases.Upload?

    init(_ store: Store, _ project: ProjectID) {
        self.store = store
        self.project = project
    }

    /// Checks a frame (every chunk is hashed) and appends it to a chunk file. Chunks that the store has already
    /// only become the project's. Nothing is visible before ``commit()``, but for batches of more than 4,096 chunks,
    /// which are committed in parts.
    /// - Throws: `invalidContent`, `diskFull`, `poisoned`, `io`, `closed`.
    public mutating func append(_ frame: borrowing Frame) throws(StoreError) {
        let frame = copy frame
        let project = project
        let chunks = frame.chunks
        let before = pending
        var begun = upload
        defer { upload = begun }
        let isKnown = try store.use { core throws(StoreError) in
            if begun == nil { begun = core.leases.beginUpload() }
            core.leases.hold(chunks: chunks.lazy.map(\.id))
            var isKnown: [Bool] = []
            for chunk in chunks { isKnown.append(try core.has(chunk.id)) }
            return isKnown
        }
        let isWorthKeeping = zip(chunks, isKnown).contains { chunk, isKnown in
            !isKnown && !before.contains(chunk.id)
        }
        let appended = try store.use { core throws(StoreError) -> AppendedFrame? in
            try core.verify(frame)
            return isWorthKeeping ? try core.append(frame, for: project) : nil
        }
        for (chunk, isKnown) in zip(chunks, isKnown) where isKnown { pending.addKnown(chunk.id) }
        if let appended { pending.add(appended) }
        if pending.count >= store.options.pendingChunksMaximum { try commitPending() }
    }

    /// Makes all that was appended durable and visible. How many chunks were new to the store.
    /// - Throws: `diskFull`, `poisoned`, `io`, `closed`.
    public consuming func commit() throws(StoreError) -> Int {
        try commitPending()
        return added
    }

    private mutating func commitPending() throws(StoreError) {
        guard pending.count > 0 else { return }
        let (pending, project) = (pending, project)
        added += try store.use { core throws(StoreError) in
            try core.writer.perform(weight: pending.count) { batch throws(StoreError) in
                try batch.add(pending, to: project)
            }
        }
        self.pending.removeAll()
    }
}
