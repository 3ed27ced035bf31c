internal import Chunking

/// Finds out what a layer is without sending it.
enum LayerScan {
    /// Reads `source` to its end.
    /// - Throws: what `source` throws, `CancellationError`.
    static func scan(_ source: @escaping LayerSource) async throws -> LayerSplitter.Result {
        let isCancelled = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await BlockingThreads.run {
                var splitter = LayerSplitter()
                try source { bytes in
                    if isCancelled.isSet { throw CancellationError() }
                    splitter.update(bytes) { _, _ in }
                }
                return splitter.finish { _, _ in }
            }
        } onCancel: {
            isCancelled.set()
        }
    }
}
