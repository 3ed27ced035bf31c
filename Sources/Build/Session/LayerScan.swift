internal import Chunking

/// Finds out what a layer is without sending it.
enum LayerScan {
    /// Each takes two of the ``BlockingThreads``, of which one waits for the other: so few at once in the whole process that
    /// those that wait never take all threads.
    private static let turns = TaskLimit(4)

    /// Reads `source` to its end: one thread reads, cuts and names the chunks, another hashes the whole.
    /// - Parameter known: gives the chunks of files that were cut before.
    /// - Throws: what `source` throws, `CancellationError`.
    static func scan(
        _ source: @escaping LayerSource, known: @escaping LayerCutter.KnownChunks = { _ in [] }
    ) async throws -> LayerSplitter.Result {
        try await turns.run {
            let queue = PartQueue()
            async let digest = digest(of: queue)
            do {
                let (layer, names) = try await cut(source, known, into: queue)
                return layer.named(try await digest, names)
            } catch {
                queue.abandon()
                throw error
            }
        }
    }

    private static func digest(of queue: PartQueue) async throws -> Digest {
        defer { queue.abandon() }
        return try await BlockingThreads.run {
            var hasher = DigestHasher()
            try queue.source { hasher.update($0) }
            return hasher.finalize()
        }
    }

    private static func cut(
        _ source: @escaping LayerSource, _ known: @escaping LayerCutter.KnownChunks, into queue: PartQueue
    ) async throws -> (CutLayer, ChunkNames) {
        let isCancelled = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await BlockingThreads.run {
                var cutter = LayerCutter(known: known)
                var names = ChunkNames()
                func name(_ stream: Recipe.Stream, _ chunk: RawSpan) { _ = names.name(chunk, of: stream) }
                try source { bytes in
                    if isCancelled.isSet { throw CancellationError() }
                    queue.put(bytes)
                    cutter.update(bytes, onChunk: name)
                }
                queue.end()
                return (cutter.finish(onChunk: name), names)
            }
        } onCancel: {
            isCancelled.set()
        }
    }
}
