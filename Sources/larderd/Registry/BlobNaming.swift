import ChunkStore
import Chunking
import OCI
import Synchronization

/// Reads a stored blob back to compute its digest in another algorithm than the store's, a piece at a time so that others
/// get their turn. Rare: only clients that name content with SHA-512 need it.
final class BlobNaming: Sendable {
    private struct State: ~Copyable {
        var reader: BlobReader
        var hasher = LongDigestHasher()
    }

    private let state: Mutex<State>

    /// `nil` when the project does not have the blob.
    init?(_ blob: Digest, in project: ProjectID, of store: Store) throws(StoreError) {
        guard let reader = try store.read(blob, in: project) else { return nil }
        state = Mutex(State(reader: reader))
    }

    /// Hashes the next piece. Whether there was one. Blocks.
    func step() throws(StoreError) -> Bool {
        try state.withLock { state throws(StoreError) in
            var hasher = state.hasher
            let count = try state.reader.read(maximum: 1 << 20) { part in hasher.update(part) }
            state.hasher = hasher
            return count > 0
        }
    }

    /// The digest of what was hashed.
    func digest() -> OCIDigest { .sha512(state.withLock { $0.hasher.finalize() }) }
}
