internal import Chunking
internal import Compression
internal import Synchronization

/// Compresses and appends the new chunks of one blob. Several threads may do so at a time.
final class FrameSink: Sendable {
    private let store: Store
    private let project: ProjectID
    private let waiting = Mutex(PendingChunks())

    init(_ store: Store, _ project: ProjectID) {
        self.store = store
        self.project = project
    }

    /// The chunks that were appended and are not committed yet.
    var pending: PendingChunks { waiting.withLock { $0 } }

    /// Appends a frame of `content`.
    func append(_ content: FrameContent) throws(StoreError) {
        let frame = try store.benches.withBuilder { builder throws(StoreError) in
            try Self.compress(content, &builder)
        }
        let appended = try store.use { core throws(StoreError) in try core.append(frame, for: project) }
        let full: PendingChunks? = waiting.withLock { waiting in
            waiting.add(appended)
            guard waiting.count >= store.options.pendingChunksMaximum else { return nil }
            defer { waiting.removeAll() }
            return waiting
        }
        if let full { try commit(full) }
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
            return try content.withBytes { bytes throws(CompressionError) in
                try builder.frame(of: content.chunks, bytes)
            }
        } catch {
            throw StoreError(.io, "a frame could not be compressed: \(error.description)", cause: error)
        }
    }
}
