internal import Chunking
internal import OCI
internal import Synchronization
internal import SystemPackage

/// Layers that were compressed anew, in files without names that go with the last who holds them. However many
/// images and registries want a layer, it is compressed once.
final class TranscodedLayers: Sendable {
    private struct Key: Hashable {
        let digest: Digest
        let format: LayerFormat
    }

    /// How many layers are compressed at once: the work is one thread's each.
    private static let layersAtOnce = 4

    let compression: LayerCompression
    private let directory: FilePath
    private let turns = TaskLimit(layersAtOnce)
    private let tasks = Mutex<[Key: Task<TranscodedLayer, any Error>]>([:])

    /// - Parameter directory: where the files are made.
    init(_ compression: LayerCompression, in directory: FilePath) {
        self.compression = compression
        self.directory = directory
    }

    deinit {
        for task in tasks.withLock({ $0.values }) { task.cancel() }
    }

    /// The layer `digest`, which `read` gives and which is compressed as `format` says.
    /// - Throws: `corrupt`, `io`, what `read` throws.
    func layer(_ digest: Digest, _ format: LayerFormat, _ read: @escaping BlobSource) async throws -> TranscodedLayer {
        let task = tasks.withLock { tasks in
            let key = Key(digest: digest, format: format)
            if let task = tasks[key] { return task }
            let task = Task { [compression, directory, turns] in
                try await turns.run {
                    try await TranscodedLayer(from: format, to: compression, in: directory, read)
                }
            }
            tasks[key] = task
            return task
        }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
