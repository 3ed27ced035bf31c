internal import Chunking
internal import Synchronization

/// The chunks that the server is known to have, shared by all uploads of a build. They are under the server's lease.
final class KnownChunks: Sendable {
    private let ids = Mutex<Set<Digest>>([])

    func contains(_ id: Digest) -> Bool {
        ids.withLock { $0.contains(id) }
    }

    func insert(_ new: [Digest]) {
        ids.withLock { $0.formUnion(new) }
    }

    /// Forgets everything: what the server had it may have lost.
    func removeAll() {
        ids.withLock { $0 = [] }
    }
}
