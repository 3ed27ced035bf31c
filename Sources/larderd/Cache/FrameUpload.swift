import CacheAPI
import ChunkStore
import Compression
import NIOCore
import Synchronization

/// Frames on their way from a client into the store. Dropped without ``commit()``, it leaves nothing visible behind.
///
/// Calls come one after the other, each on any thread: the lock is never contended, it shows the compiler that parser
/// and batch are used by one at a time.
final class FrameUpload: Sendable {
    private struct State: ~Copyable {
        var parser = FrameParser()
        /// `nil` before the first frame.
        var batch: FrameBatch?

        consuming func finish() throws {
            try parser.finish()
            if let batch { _ = try batch.commit() }
        }
    }

    /// `nil` after ``commit()`` and after a failure.
    private let state = Mutex<State?>(State())
    private let project: ProjectName
    private let store: Store

    /// Frames for `project`, which is made with the first good frame when it is new.
    init(into project: ProjectName, of store: Store) {
        self.project = project
        self.store = store
    }

    /// Takes the next bytes of the body; memory is bounded by one frame.
    /// - Throws: `CompressionError`, `StoreError`.
    func take(_ buffers: [ByteBuffer]) throws {
        try state.withLock { state in
            guard var current = state.take() else { throw Self.ended }
            for buffer in buffers { try feed(buffer, to: &current.parser, &current.batch) }
            state = consume current
        }
    }

    /// Makes all frames durable and visible; the body must have ended with a frame.
    /// - Throws: `CompressionError`, `StoreError`.
    func commit() throws {
        try state.withLock { state in
            guard let current = state.take() else { throw Self.ended }
            try current.finish()
        }
    }

    private static var ended: APIFailure { APIFailure(.internal, "The upload has ended; send the frames again.") }

    private func feed(
        _ buffer: ByteBuffer, to parser: inout FrameParser, _ batch: inout FrameBatch?
    ) throws {
        try parser.update(buffer.readableBytesSpan) { frame in
            var current = try batch.take() ?? store.beginFrames(in: store.makeProject(project))
            try current.append(frame)
            batch = consume current
        }
    }
}
