internal import AsyncHTTPClient
internal import Chunking
internal import Compression
internal import NIOCore
internal import Networking
internal import Synchronization

/// Fetches layers from the server: of all chunks only those that no other layer of the build has brought and no layer on this
/// runner holds.
struct LayerDownload: Sendable {
    /// How many chunks one request asks for; with chunks of 64 KiB about 256 MiB of layer.
    private static let chunksInRequest = 4096
    /// How many bytes of an answer are decoded at a time.
    private static let portion = 1 << 20

    let server: ServerConnection
    let spool: ChunkSpool
    let local: LocalChunks

    /// Fetches `layer` and hands it to `use`, which reads the bytes of its tar while they arrive, several times if it wants,
    /// and runs on a thread where it may block. Whoever reads checks the digest, and throws `corrupt` if it is another: chunks
    /// are not hashed one by one.
    /// - Throws: `server` or `corrupt` when it cannot be had; what `use` throws.
    func run<Result: Sendable>(
        _ layer: Digest, _ use: @escaping @Sendable (LayerSource, Recipe) throws -> Result
    ) async throws -> Result {
        let recipe = try await server.recipe(of: layer)
        spool.begin()
        defer { spool.end() }
        let chunks = Self.chunks(of: recipe)
        let claimed = spool.claim(chunks)
        do {
            return try await read(recipe, claimed, use)
        } catch let error as BuildError where error.code == .corrupt {
            // Nobody knows which of them is wrong.
            spool.forget(chunks)
            throw error
        }
    }

    private func read<Result: Sendable>(
        _ recipe: Recipe, _ claimed: [Digest], _ use: @escaping @Sendable (LayerSource, Recipe) throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await fetch(claimed)
                return nil
            }
            group.addTask {
                try await BlockingThreads.run { try use(source(of: recipe), recipe) }
            }
            var result: Result?
            while let next = try await group.next() {
                if let next { result = next }
            }
            guard let result else { throw CancellationError() }
            return result
        }
    }

    /// Every chunk once, in the order of first need.
    private static func chunks(of recipe: Recipe) -> [Digest] {
        var seen: Set<Digest> = []
        return recipe.pieces().compactMap { seen.insert($0.chunk.id).inserted ? $0.chunk.id : nil }
    }

    private func source(of recipe: Recipe) -> LayerSource {
        { write in
            var buffer = [UInt8](repeating: 0, count: Int(ChunkReference.lengthMaximum))
            for piece in recipe.pieces() {
                try spool.read(piece.chunk, offset: piece.offset, into: &buffer, count: piece.length)
                try unsafe write(buffer.span.bytes.extracting(first: piece.length))
            }
        }
    }

    /// Brings the chunks into the spool; when it cannot, readers that wait for them learn why.
    private func fetch(_ ids: [Digest]) async throws {
        do {
            let local = local
            let finds = try await BlockingThreads.run { local.find(ids) }
            guard !finds.isEmpty else { return try await fetchFromServer(ids) }
            let here = Set(finds.flatMap(\.ids))
            async let left = take(finds)
            try await fetchFromServer(ids.filter { !here.contains($0) })
            try await fetchFromServer(left)
        } catch {
            spool.fail(ids, error)
            throw error
        }
    }

    /// Copies chunks from layers here; returns those that are not there after all.
    private func take(_ finds: [LocalChunks.Find]) async throws -> [Digest] {
        let isCancelled = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await BlockingThreads.run {
                try finds.flatMap { find in
                    try local.take(find, unless: isCancelled) { chunk, bytes in try spool.put([chunk], bytes) }
                }
            }
        } onCancel: {
            isCancelled.set()
        }
    }

    private func fetchFromServer(_ ids: [Digest]) async throws {
        for start in stride(from: 0, to: ids.count, by: Self.chunksInRequest) {
            let part = Array(ids[start..<min(start + Self.chunksInRequest, ids.count)])
            try await fetchPart(part)
            spool.fail(part, BuildError(.server, "The server left out chunks that it was asked for."))
        }
    }

    /// Brings chunks; when the server breaks off, only those are asked for again that have not arrived.
    private func fetchPart(_ ids: [Digest]) async throws {
        var lacking = ids
        var retries = server.retries()
        while true {
            do {
                return try await fetchOnce(lacking)
            } catch let error as BuildError {
                let rest = spool.lacking(lacking)
                if rest.isEmpty { return }
                guard let broken = error.cause as? BrokenAnswer else { throw error }
                // A server that always takes too long is not waited for again and again because a little has come.
                if rest.count < lacking.count, !broken.isSlow { retries.restart() }
                guard await retries.waits(after: error) else { throw error }
                lacking = rest
            }
        }
    }

    private func fetchOnce(_ ids: [Digest]) async throws {
        let response = try await server.fetch(chunks: ids)
        let decoder = SpoolingDecoder(spool: spool)
        var portion: [ByteBuffer] = []
        var count = 0
        do {
            for try await buffer in response.body {
                server.traffic.countDown(buffer.readableBytes)
                portion.append(buffer)
                count += buffer.readableBytes
                guard count >= Self.portion else { continue }
                let full = portion
                (portion, count) = ([], 0)
                try await BlockingThreads.run { try decoder.take(full) }
            }
        } catch let error where !(error is BuildError || error is CompressionError || error is CancellationError) {
            // What came before the break need not come again.
            let rest = portion
            try await BlockingThreads.run { try decoder.take(rest) }
            throw BuildError(
                .server, "The server broke off: \(ServerConnection.reason(error)).", cause: BrokenAnswer(error))
        }
        let rest = portion
        try await BlockingThreads.run { try decoder.take(rest, isLast: true) }
    }
}

/// Decodes an answer's frames into a spool, one portion at a time.
private final class SpoolingDecoder: Sendable {
    private struct State: ~Copyable {
        var parser: FrameParser? = FrameParser()
        var decoder = FrameDecoder()
    }

    private let spool: ChunkSpool
    private let state = Mutex(State())

    init(spool: ChunkSpool) {
        self.spool = spool
    }

    /// - Throws: `corrupt`, `io`.
    func take(_ portion: [ByteBuffer], isLast: Bool = false) throws {
        try state.withLock { state in
            guard var parser = state.parser.take() else { return }
            for buffer in portion {
                try unsafe buffer.withUnsafeReadableBytes { bytes in
                    try unsafe parser.update(bytes.bytes) { frame in
                        let chunks = frame.chunks
                        try state.decoder.decode(frame, verify: false) { try spool.put(chunks, $0) }
                    }
                }
            }
            if isLast { try parser.finish() } else { state.parser = consume parser }
        }
    }
}
