import Chunking
import NIOCore
import NIOPosix
import Synchronization
import SystemPackage

/// A copy that is being made. If it cannot be written, or gets too long, it is dropped, and nobody who is served meanwhile
/// notices. Calls block, and come one after the other.
final class CopyWriter: Sendable {
    /// What a complete copy is.
    struct Written: Sendable {
        let length: UInt64
        /// Of the file's bytes.
        let digest: Digest
    }

    private struct State: Sendable {
        /// `nil` once it is kept or dropped.
        var file: SystemPackage.FileDescriptor?
        var hasher = DigestHasher()
        var length: UInt64 = 0

        mutating func append(_ piece: ByteBuffer, upTo byteMaximum: UInt64) throws {
            guard let file else { return }
            length += UInt64(piece.readableBytes)
            guard length <= byteMaximum else { throw Errno.fileTooLarge }
            hasher.update(piece.readableBytesSpan)
            try unsafe piece.withUnsafeReadableBytes { _ = try unsafe file.writeAll($0) }
        }

        /// Ends it. What was written; `nil` when it had ended.
        mutating func close() -> Written? {
            guard let file else { return nil }
            try? file.close()
            self.file = nil
            return Written(length: length, digest: hasher.finalize())
        }
    }

    private let byteMaximum: UInt64
    private let onEnd: @Sendable (Written?) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - file: empty; closed by this.
    ///   - byteMaximum: a longer copy is not kept.
    ///   - onEnd: called once, with `nil` when there is no copy.
    init(
        _ file: SystemPackage.FileDescriptor, byteMaximum: UInt64, onEnd: @escaping @Sendable (Written?) -> Void
    ) {
        state = Mutex(State(file: file))
        self.byteMaximum = byteMaximum
        self.onEnd = onEnd
    }

    deinit {
        // A client that went away is noticed where nothing may block.
        guard let file = state.withLock({ $0.file.take() }) else { return }
        NIOThreadPool.singleton.submit { [onEnd] _ in
            try? file.close()
            onEnd(nil)
        }
    }

    /// Takes the next bytes.
    func append(_ piece: ByteBuffer) {
        do {
            try state.withLock { try $0.append(piece, upTo: byteMaximum) }
        } catch {
            drop()
        }
    }

    /// Ends it: what was taken is all.
    func keep() {
        if let written = state.withLock({ $0.close() }) { onEnd(written) }
    }

    /// Ends it: it is not kept.
    func drop() {
        if state.withLock({ $0.close() }) != nil { onEnd(nil) }
    }
}
