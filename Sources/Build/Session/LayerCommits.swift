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
    /// Few at once: each holds some megabytes, and all share one wire.
    private let turns = TaskLimit(2)
    private let uploads = Mutex<[Digest: Upload]>([:])

    init(_ link: ServerLink) {
        self.link = link
    }

    /// Begins to send a layer; returns at once.
    func begin(_ layer: Digest, _ source: @escaping LayerSource) {
        uploads.withLock { uploads in
            guard uploads[layer] == nil else { return }
            uploads[layer] = Upload(
                task: Task {
                    try? await self.turns.run { try await self.send(source, expected: layer) }
                })
        }
    }

    /// Sends a layer whose digest is not known before it is read, and waits until it has arrived or cannot.
    /// - Throws: what `source` throws.
    func run(_ source: @escaping LayerSource) async throws -> LayerSplitter.Result {
        let outcome = try await turns.run { try await self.send(source, expected: nil) }
        if let outcome {
            uploads.withLock { $0[outcome.layer.recipe.digest] = Upload(task: Task { outcome }) }
            return outcome.layer
        }
        let layer = try await LayerScan.scan(source)
        uploads.withLock { $0[layer.recipe.digest] = Upload(task: Task { nil }) }
        return layer
    }

    /// `nil` when there is no server to send to.
    private func send(_ source: @escaping LayerSource, expected: Digest?) async throws -> LayerUpload.Outcome? {
        guard let server = link.writing else { return nil }
        let outcome = try await LayerUpload(server: server, known: known).run(source, expected: expected)
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

    /// Breaks off what is on its way.
    func cancel() {
        for upload in uploads.withLock({ Array($0.values) }) { upload.task.cancel() }
    }
}
