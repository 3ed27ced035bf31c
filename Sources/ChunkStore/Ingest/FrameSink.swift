internal import Chunking
internal import Compression
internal import Synchronization

/// Compresses and appends the new chunks of one blob. Several threads may do so at a time.
final class FrameSink: Sendable {
    private final class Bench: @unchecked Sendable {
        // Sendable: a bench is idle or with the one thread that took it.
        var builder: FrameBuilder

        init(_ options: Store.Options) {
            builder = FrameBuilder(codec: options.codec, level: options.level)
        }
    }

    private let store: Store
    private let project: ProjectID
    /// As many as threads were busy at once.
    private let idle = Mutex<[Bench]>([])
    private let waiting = Mutex(PendingChunks())

    init(_ store: Store, _ project: ProjectID) {
        self.store = store
        self.project = project
    }

    /// The chunks that were appended and are not committed yet.
    var pending: PendingChunks { waiting.withLock { $0 } }

    /// Appends a frame of `content`.
    func append(_ content: FrameContent) throws(StoreError) {
        let bench = idle.withLock { $0.popLast() } ?? Bench(store.options)
        defer { idle.withLock { $0.append(bench) } }
        let frame = try Self.compress(content, &bench.builder)
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
