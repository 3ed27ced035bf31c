import CacheAPI
import ChunkStore
import Chunking
import NIOCore
import OCI
import Synchronization

/// A blob of another registry on its way into the store, as it is. All calls block; nothing is kept of one that is
/// dropped before it was committed.
final class MirrorIngest: Sendable {
    private struct State: ~Copyable {
        var writer: BlobWriter
        /// Only for names in SHA-512; the store computes the other.
        var hasher: LongDigestHasher?
    }

    private let digest: OCIDigest
    private let state: Mutex<State?>

    init(_ digest: OCIDigest, _ writer: consuming BlobWriter) {
        self.digest = digest
        state = Mutex(State(writer: writer, hasher: digest.algorithm == .sha512 ? LongDigestHasher() : nil))
    }

    /// Writes the next bytes.
    func take(_ parts: [ByteBuffer]) throws {
        try state.withLock { slot in
            guard var state = slot.take() else { return }
            for part in parts {
                try state.writer.write(part.readableBytesSpan)
                state.hasher?.update(part.readableBytesSpan)
            }
            slot = consume state
        }
    }

    /// Makes what was written a blob; returns its SHA-256.
    /// - Throws: ``APIFailure`` `invalidContent` when it is another one than was asked for.
    func commit() throws -> Digest {
        try state.withLock { slot in
            guard var state = slot.take() else { throw wrong }
            if let hasher = state.hasher.take(), .sha512(hasher.finalize()) != digest { throw wrong }
            if case .sha256(let expected) = digest { return try commit(state.writer, expected) }
            return try state.writer.commit(expecting: nil).digest
        }
    }

    private func commit(_ writer: consuming BlobWriter, _ expected: Digest) throws -> Digest {
        do throws(StoreError) {
            return try writer.commit(expecting: expected).digest
        } catch {
            throw error.code == .invalidContent ? wrong : error
        }
    }

    private var wrong: APIFailure {
        APIFailure(.invalidContent, "the blob \(digest) arrived as another one; it is damaged at its source")
    }
}
