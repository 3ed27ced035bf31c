internal import Chunking
internal import Synchronization

/// Names the chunks of one blob, and passes on those that the store does not have. Used by one thread at a time.
final class ChunkSieve: Sendable {
    private struct State {
        var names = ChunkNames()
        /// Keeps what was found or appended from being collected before the blob names it.
        var upload: Leases.Upload?
        /// The chunks that were passed on, so that none is twice.
        var new: Set<Digest> = []
        var content = FrameContent()
    }

    private let store: Store
    private let onContent: @Sendable (FrameContent) throws(StoreError) -> Void
    private let state = Mutex(State())

    /// - Parameter onContent: gets what the next frame is to be made of.
    init(_ store: Store, onContent: @escaping @Sendable (FrameContent) throws(StoreError) -> Void) {
        self.store = store
        self.onContent = onContent
    }

    /// The names of all chunks so far.
    var names: ChunkNames { state.withLock { $0.names } }

    /// Takes the blob's next chunks.
    func take(_ run: CutRun) throws(StoreError) {
        try state.withLock { state throws(StoreError) in
            let chunks = unsafe state.names.name(run.bytes.span.bytes, run.chunks)
            try pass(chunks, run.bytes, &state)
        }
    }

    /// Takes chunks that are stored with the blob but are not its own.
    func takeAlong(_ chunks: [ChunkReference], _ bytes: [UInt8]) throws(StoreError) {
        try state.withLock { state throws(StoreError) in try pass(chunks, bytes, &state) }
    }

    /// Passes on what is left.
    func finish() throws(StoreError) {
        try state.withLock { state throws(StoreError) in try flush(&state) }
    }

    private func pass(_ chunks: [ChunkReference], _ bytes: [UInt8], _ state: inout State) throws(StoreError) {
        let isNew = try store.use { core throws(StoreError) in
            if state.upload == nil { state.upload = core.leases.beginUpload() }
            core.leases.hold(chunks: chunks.lazy.map(\.id))
            var isNew: [Bool] = []
            for chunk in chunks {
                // A known chunk becomes the project's with the blob, which names it.
                let isKnown = state.new.contains(chunk.id) ? true : try core.has(chunk.id)
                if !isKnown { state.new.insert(chunk.id) }
                isNew.append(!isKnown)
            }
            return isNew
        }
        var offset = 0
        for (chunk, isNew) in zip(chunks, isNew) {
            let end = offset + Int(chunk.length)
            if isNew { state.content.append(chunk, at: offset..<end, in: bytes) }
            offset = end
            if state.content.isFull { try flush(&state) }
        }
        state.content.detach()
    }

    private func flush(_ state: inout State) throws(StoreError) {
        if state.content.chunks.isEmpty { return }
        var full = FrameContent()
        swap(&full, &state.content)
        try onContent(full)
    }
}
