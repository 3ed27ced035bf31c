internal import Chunking
internal import Synchronization

/// Sends the layers that a build makes to the server while the build goes on, and knows which have arrived.
final class LayerCommits: Sendable {
    /// One layer on its way.
    private struct Upload: Sendable {
        let task: Task<LayerUpload.Outcome?, Never>
    }

    private let link: ServerLink
    private let known = KnownChunks()
    private let pace = UploadPace()
    /// Few at once: each holds some megabytes, and all share one wire.
    private let turns = TaskLimit(2)
    private let uploads = Mutex<[Digest: Upload]>([:])
    private let isCancelled = CancellationFlag()

    init(_ link: ServerLink) {
        self.link = link
    }

    /// Begins to send a layer; returns at once.
    func begin(_ layer: LayerSplitter.Result, _ source: @escaping LayerSource) {
        uploads.withLock { uploads in
            guard uploads[layer.recipe.digest] == nil, !isCancelled.isSet else { return }
            uploads[layer.recipe.digest] = Upload(
                task: Task {
                    try? await self.turns.run { try await self.send(layer, source) }
                })
        }
    }

    /// `nil` when there is no server to send to.
    private func send(
        _ layer: LayerSplitter.Result, _ source: @escaping LayerSource
    ) async throws -> LayerUpload.Outcome? {
        guard let server = link.writing else { return nil }
        let outcome = try await LayerUpload(server: server, known: known, pace: pace).run(source, of: layer)
        if let failure = outcome.failure, !Task.isCancelled { link.refuseWrites(failure) }
        return outcome
    }

    /// Waits until a layer has arrived or cannot; a layer that was not made in this build came from the server.
    func isCommitted(_ layer: Digest) async -> Bool {
        guard let upload = uploads.withLock({ $0[layer] }) else { return true }
        guard let outcome = await upload.task.value else { return false }
        return outcome.failure == nil
    }

    /// Waits for all of a chain's layers.
    func areCommitted(_ chain: [Digest]) async -> Bool {
        for layer in chain where await !isCommitted(layer) { return false }
        return true
    }

    /// How many bytes it took to send a layer that was made in this build, once it has arrived.
    func byteCount(of layer: Digest) async -> Int {
        await uploads.withLock({ $0[layer] })?.task.value?.byteCount ?? 0
    }

    /// Breaks off what is on its way, and begins nothing more.
    func cancel() {
        isCancelled.set()
        for upload in uploads.withLock({ Array($0.values) }) { upload.task.cancel() }
    }
}
