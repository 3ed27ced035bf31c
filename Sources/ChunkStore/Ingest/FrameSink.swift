internal import Chunking
internal import Compression
internal import Synchronization

/// Compresses and appends the new chunks of one blob. Used by one thread at a time.
final class FrameSink: Sendable {
    private struct State: ~Copyable {
        var builder: FrameBuilder
        var pending = PendingChunks()
    }

    private let store: Store
    private let project: ProjectID
    private let state: Mutex<State>

    init(_ store: Store, _ project: ProjectID) {
        self.store = store
        self.project = project
        state = Mutex(State(builder: FrameBuilder(codec: store.options.codec, level: store.options.level)))
    }

    /// The chunks that were appended and are not committed yet.
    var pending: PendingChunks { state.withLock { $0.pending } }

    /// Appends a frame of `content`.
    func append(_ content: FrameContent) throws(StoreError) {
        try state.withLock { state throws(StoreError) in
            let frame = try Self.compress(content, &state.builder)
            state.pending.add(try store.use { core throws(StoreError) in try core.append(frame, for: project) })
            if state.pending.count < store.options.pendingChunksMaximum { return }
            try commit(state.pending)
            state.pending.removeAll()
        }
    }

    private func commit(_ pending: PendingChunks) throws(StoreError) {
        _ = try store.use { [project] core throws(StoreError) in
            try core.writer.perform(weight: pending.count) { batch throws(StoreError) in
                try batch.add(pending, to: project)
            }
        }
    }

    private static func compress(
        _ content: FrameContent, _ builder: inout FrameBuilder
    ) throws(StoreError) -> Frame {
        do throws(CompressionError) {
            return try builder.frame(of: content.chunks, content.bytes)
        } catch {
            throw StoreError(.io, "a frame could not be compressed: \(error.description)", cause: error)
        }
    }
}
