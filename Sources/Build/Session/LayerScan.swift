internal import Chunking

/// Finds out what a layer is without sending it.
enum LayerScan {
    /// Reads `source` to its end.
    /// - Parameter known: gives the chunks of files that were cut before.
    /// - Throws: what `source` throws, `CancellationError`.
    static func scan(
        _ source: @escaping LayerSource, known: @escaping LayerCutter.KnownChunks = { _ in [] }
    ) async throws -> LayerSplitter.Result {
        let isCancelled = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await BlockingThreads.run {
                var splitter = LayerSplitter(known: known)
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
