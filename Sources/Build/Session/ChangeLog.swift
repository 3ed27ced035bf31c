internal import Chunking
internal import Synchronization

/// Gathers the files that changed while a layer was made of them.
final class ChangeLog: Sendable {
    private let found = Mutex<Set<LayerPath>>([])

    var paths: [LayerPath] { found.withLock { $0.sorted() } }

    func add(_ path: LayerPath) {
        found.withLock { _ = $0.insert(path) }
    }
}
