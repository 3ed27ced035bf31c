internal import CacheAPI
internal import Chunking
internal import Synchronization

/// Sends layers to the server: cuts them, asks which chunks are missing, and sends those.
///
/// Memory is bounded by four windows a layer: one being cut, two on their way, their compressed form.
struct LayerUpload: Sendable {
    /// What became of a layer.
    struct Outcome: Sendable {
        /// What the layer is; known even when the server failed.
        let layer: LayerSplitter.Result
        /// Why the server does not have it; `nil` when it is committed.
        let failure: BuildError?
        /// How many bytes of frames were sent.
        let byteCount: Int
    }

    let server: ServerConnection
    let known: KnownChunks
    var pace = UploadPace()

    /// How many chunks are asked about at once when all are known beforehand.
    private static let chunksInQuestion = 4096

    /// Reads `source` to its end, once, and commits the layer that it is.
    /// - Throws: what `source` throws. A failure of the server is in the outcome.
    func run(_ source: @escaping LayerSource) async throws -> Outcome {
        try await attempt { queue, isCancelled in try Self.cut(source, into: queue, unless: isCancelled) }
    }

    /// Commits a layer that was looked at before: `source` is read only when the server lacks some of it, and is not
    /// hashed again; what changed in the meantime is refused by the server.
    /// - Throws: what `source` throws. A failure of the server is in the outcome.
    func run(_ source: @escaping LayerSource, of layer: LayerSplitter.Result) async throws -> Outcome {
        let first = try await attempt(source, of: layer)
        guard let failure = first.failure, (failure.cause as? APIFailure)?.code == .missingContent else { return first }
        // The server lost chunks that it said it had: all are asked about again, once.
        known.removeAll()
        let second = try await attempt(source, of: layer)
        return Outcome(
            layer: layer, failure: second.failure, byteCount: first.byteCount + second.byteCount)
    }

    private func attempt(_ source: @escaping LayerSource, of layer: LayerSplitter.Result) async throws -> Outcome {
        let missing: Set<Digest>
        do throws(BuildError) {
            missing = try await findMissing(layer.recipe)
        } catch {
            return Outcome(layer: layer, failure: error, byteCount: 0)
        }
        if missing.isEmpty { return Outcome(layer: layer, failure: await commit(layer.recipe), byteCount: 0) }
        return try await attempt { queue, isCancelled in
            try Self.cut(source, layer.recipe, missing, into: queue, unless: isCancelled)
            return layer
        }
    }

    /// The chunks of a recipe that the server lacks.
    private func findMissing(_ recipe: Recipe) async throws(BuildError) -> Set<Digest> {
        let ids = Set((recipe.headers + recipe.payload).map(\.id)).filter { !known.contains($0) }
        let unknown = Array(ids)
        var missing: Set<Digest> = []
        for start in stride(from: 0, to: unknown.count, by: Self.chunksInQuestion) {
            let part = Array(unknown[start..<min(start + Self.chunksInQuestion, unknown.count)])
            let lacking = Set(try await server.missingChunks(part).map { part[$0] })
            known.insert(part.filter { !lacking.contains($0) })
            missing.formUnion(lacking)
        }
        return missing
    }

    /// Has `cut` fill a queue of windows, sends them, and commits the layer.
    private func attempt(
        _ cut: @escaping @Sendable (WindowQueue, CancellationFlag) throws -> LayerSplitter.Result
    ) async throws -> Outcome {
        let queue = WindowQueue(limit: 2)
        let progress = Progress()
        let layer = try await withThrowingTaskGroup(of: Void.self) { group in
            let isCancelled = CancellationFlag()
            async let layer = withTaskCancellationHandler {
                try await BlockingThreads.run {
                    defer { queue.finish() }
                    return try cut(queue, isCancelled)
                }
            } onCancel: {
                isCancelled.set()
                queue.abandon()
            }
            for await window in queue.windows {
                group.addTask {
                    defer { queue.release() }
                    do throws(BuildError) {
                        let sent = try await send(window)
                        progress.add(sent)
                    } catch {
                        queue.abandon()
                        progress.fail(error)
                    }
                }
            }
            try await group.waitForAll()
            return try await layer
        }
        let (failure, byteCount) = progress.result
        if let failure { return Outcome(layer: layer, failure: failure, byteCount: byteCount) }
        return Outcome(layer: layer, failure: await commit(layer.recipe), byteCount: byteCount)
    }

    /// What the tasks of one attempt have done together.
    private final class Progress: Sendable {
        private let state = Mutex<(failure: BuildError?, byteCount: Int)>((nil, 0))

        var result: (failure: BuildError?, byteCount: Int) { state.withLock { $0 } }

        func add(_ byteCount: Int) { state.withLock { $0.byteCount += byteCount } }

        /// Only the first failure counts.
        func fail(_ error: BuildError) { state.withLock { $0.failure = $0.failure ?? error } }
    }

    private func commit(_ recipe: Recipe) async -> BuildError? {
        do {
            try await server.commit(recipe)
            return nil
        } catch {
            return error
        }
    }

    /// Cuts the layer into windows of chunks, each chunk once. Blocks.
    private static func cut(
        _ source: LayerSource, into queue: WindowQueue, unless isCancelled: CancellationFlag
    ) throws -> LayerSplitter.Result {
        var splitter = LayerSplitter()
        var window = UploadWindow()
        var seen: Set<Digest> = []
        func add(_ chunk: ChunkReference, _ bytes: RawSpan) {
            guard seen.insert(chunk.id).inserted else { return }
            window.append(chunk, bytes)
            guard window.isFull else { return }
            queue.put(window)
            window = UploadWindow()
        }
        try source { bytes in
            if isCancelled.isSet { throw CancellationError() }
            splitter.update(bytes, onChunk: add)
        }
        let result = splitter.finish(onChunk: add)
        if !window.isEmpty { queue.put(window) }
        return result
    }

    /// Cuts the wanted chunks of a layer whose recipe is known into windows. Blocks.
    private static func cut(
        _ source: LayerSource, _ recipe: Recipe, _ wanted: Set<Digest>, into queue: WindowQueue,
        unless isCancelled: CancellationFlag
    ) throws {
        var cutter = RecipeCutter(recipe, wanted: wanted)
        var window = UploadWindow(isMissing: true)
        try source { bytes in
            if isCancelled.isSet { throw CancellationError() }
            cutter.update(bytes) { chunk, content in
                window.append(chunk, content)
                guard window.isFull else { return }
                queue.put(window)
                window = UploadWindow(isMissing: true)
            }
        }
        if !window.isEmpty { queue.put(window) }
    }

    /// Sends what the server lacks of a window, and waits for what another upload is sending of it; returns how many bytes that took.
    private func send(_ window: UploadWindow) async throws(BuildError) -> Int {
        var byteCount = 0
        var open = Array(window.chunks.indices)
        while !open.isEmpty {
            let (own, others) = known.claim(open.map { window.chunks[$0].id })
            byteCount += try await send(own.map { open[$0] }, of: window)
            open = others.map { open[$0] }
            await known.waitUntilSettled(open.map { window.chunks[$0].id })
        }
        return byteCount
    }

    /// Sends what the server lacks of chunks that this upload has claimed.
    private func send(_ positions: [Int], of window: UploadWindow) async throws(BuildError) -> Int {
        if positions.isEmpty { return 0 }
        let ids = positions.map { window.chunks[$0].id }
        var haveArrived = false
        defer { known.settle(ids, haveArrived: haveArrived) }
        var missing = positions
        if !window.isMissing { missing = try await server.missingChunks(ids).map { positions[$0] } }
        var byteCount = 0
        if !missing.isEmpty {
            let frames = try await compress(window, missing)
            byteCount = frames.count
            try await post(frames)
        }
        haveArrived = true
        return byteCount
    }

    private func post(_ frames: [UInt8]) async throws(BuildError) {
        guard frames.count >= UploadPace.byteCountMinimum else { return try await server.send(frames: frames) }
        pace.begin()
        var arrived = 0
        defer { pace.end(arrived) }
        try await server.send(frames: frames)
        arrived = frames.count
    }

    private func compress(_ window: UploadWindow, _ positions: [Int]) async throws(BuildError) -> [UInt8] {
        do {
            let level = pace.level
            return try await BlockingThreads.run { try window.frames(of: positions, level: level) }
        } catch {
            throw BuildError(.io, "A layer cannot be compressed: \(error).", cause: error)
        }
    }
}
