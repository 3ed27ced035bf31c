internal import AsyncHTTPClient
internal import CacheAPI
public import Chunking
internal import NIOCore
internal import NIOHTTP1
public import OCI

extension ServerConnection {
    // MARK: Steps and images

    /// Asks for base images.
    func resolve(_ query: ResolveQuery) async throws(BuildError) -> ResolveAnswer {
        try await ask(CachePath.resolve(project), query, within: Self.patiently)
    }

    /// Asks about a step graph.
    func look(up query: GraphQuery) async throws(BuildError) -> GraphAnswer {
        let answer: GraphAnswer = try await ask(CachePath.lookup(project), query, within: Self.briefly)
        guard answer.steps.count == query.steps.count else {
            throw BuildError(
                .server, "The server answered for \(answer.steps.count) steps of \(query.steps.count).")
        }
        return answer
    }

    /// Asks why steps were missed.
    func explain(_ query: ExplainQuery) async throws(BuildError) -> ExplainAnswer {
        let answer: ExplainAnswer = try await ask(CachePath.explain(project), query, within: Self.briefly)
        guard answer.steps.count == query.steps.count else {
            throw BuildError(
                .server, "The server explained \(answer.steps.count) steps of \(query.steps.count).")
        }
        return answer
    }

    /// Waits until nobody builds a step any more, or for the time that the question has.
    func wait(_ question: ClaimWait) async throws(BuildError) -> ClaimState {
        try await ask(CachePath.claimWait(project), question, within: Self.briefly)
    }

    /// Says that this build goes on.
    func renew(_ renewal: ClaimRenewal) async throws(BuildError) {
        try await tell(CachePath.claimRenewal(project), renewal, within: .seconds(5))
    }

    /// Gives claims back.
    func release(_ release: ClaimRelease) async throws(BuildError) {
        try await tell(CachePath.claimRelease(project), release, within: .seconds(5))
    }

    /// Records a step whose layers are committed.
    func record(_ step: StepRecord) async throws(BuildError) {
        _ = try await exchange(.POST, CachePath.steps(project), body: try Self.json(step), within: Self.briefly)
    }

    /// Makes an image of layers that are committed. The server may have it judged first, which it waits for at most four minutes.
    func assemble(_ request: AssembleRequest) async throws(BuildError) -> AssembleAnswer {
        try await ask(CachePath.images(project), request, within: .minutes(5))
    }

    /// The digest of what a name without a host stands for in the server's registry; `nil` when it is not there.
    /// - Throws: `server`.
    public func digest(of name: ImageReference) async throws(BuildError) -> Digest? {
        let reference = name.digest?.description ?? (name.tag ?? .latest).description
        do {
            let bytes = try await exchange(
                .GET, "/v2/\(name.repository)/manifests/\(reference)", accepting: MediaType.manifestsAndIndexes,
                within: Self.briefly)
            return Digest(hashing: bytes)
        } catch {
            if (error.cause as? UnexpectedStatus)?.code == 404 { return nil }
            throw error
        }
    }

    /// Asks what the server has of a cache mount.
    func find(_ query: CacheMountQuery) async throws(BuildError) -> CacheMountAnswer {
        try await ask(CachePath.cacheMountQuery(project), query, within: Self.briefly)
    }

    /// Records what a cache mount holds; its layer is committed.
    func keep(_ mount: CacheMountRecord) async throws(BuildError) {
        try await tell(CachePath.cacheMounts(project), mount, within: Self.briefly)
    }

    /// Says how a build ended. Once: it is worth no second try.
    func note(_ outcome: OutcomeReport) async throws(BuildError) {
        try await tell(CachePath.outcomes(project), outcome, within: .seconds(5))
    }

    // MARK: Chunks and layers

    /// The positions in `ids` of the chunks that the server lacks.
    func missingChunks(_ ids: [Digest]) async throws(BuildError) -> [Int] {
        let bytes = try await exchange(
            .POST, CachePath.missingChunks(project), body: Self.body(ids), contentType: CacheMediaType.chunkIDs,
            within: Self.briefly, upTo: 4 * ids.count)
        var positions: [Int] = []
        for start in stride(from: 0, to: bytes.count - 3, by: 4) {
            let position = (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
            guard position < ids.count else {
                throw BuildError(.server, "The server named a chunk that it was not asked about.")
            }
            positions.append(position)
        }
        return positions
    }

    /// Sends encoded frames; they are durable when this returns.
    func send(frames: [UInt8]) async throws(BuildError) {
        _ = try await exchange(
            .POST, CachePath.frames(project), body: ByteBuffer(bytes: frames), contentType: CacheMediaType.frames,
            within: Self.patiently)
    }

    /// Asks for the frames that hold chunks; the answer's body is to be read.
    func fetch(chunks ids: [Digest]) async throws(BuildError) -> HTTPClientResponse {
        try await send(
            .POST, CachePath.fetchChunks(project), body: Self.body(ids), contentType: CacheMediaType.chunkIDs,
            within: Self.patiently)
    }

    /// Commits a layer whose chunks were sent.
    func commit(_ recipe: Recipe) async throws(BuildError) {
        _ = try await exchange(
            .PUT, CachePath.layer(project, recipe.digest), body: ByteBuffer(bytes: recipe.encoded()),
            contentType: CacheMediaType.recipe, within: Self.patiently)
    }

    /// The recipe of a layer.
    func recipe(of layer: Digest) async throws(BuildError) -> Recipe {
        let bytes = try await exchange(.GET, CachePath.layer(project, layer), within: Self.briefly)
        do {
            let recipe = try unsafe Recipe(decoding: bytes.span.bytes)
            guard recipe.digest == layer else {
                throw BuildError(.server, "The server sent the recipe of another layer than \(layer.short).")
            }
            return recipe
        } catch let error as BuildError {
            throw error
        } catch {
            throw BuildError(.server, "The server sent a recipe that cannot be read: \(error).", cause: error)
        }
    }

    // MARK: Chains

    /// What is at paths of a chain; any number of paths.
    func query(chain: [Digest], paths: [String]) async throws(BuildError) -> [ChainAnswer.Path] {
        var found: [ChainAnswer.Path] = []
        for start in stride(from: 0, to: paths.count, by: ChainQuery.pathsMaximum) {
            let part = Array(paths[start..<min(start + ChainQuery.pathsMaximum, paths.count)])
            let answer: ChainAnswer = try await ask(
                CachePath.chainQuery(project), ChainQuery(chain: chain, paths: part), within: Self.briefly)
            guard answer.paths.count == part.count else {
                throw BuildError(.server, "The server answered for \(answer.paths.count) paths of \(part.count).")
            }
            found += answer.paths
        }
        return found
    }

    /// The bytes of a file of a chain; `nil` when there is none.
    func file(_ path: String, of chain: [Digest]) async throws(BuildError) -> [UInt8]? {
        do {
            let body = try Self.json(FileQuery(chain: chain, path: path))
            return try await exchange(
                .POST, CachePath.chainFile(project), body: body, within: Self.briefly, upTo: 16 << 20)
        } catch {
            if (error.cause as? APIFailure)?.code == .notFound { return nil }
            throw error
        }
    }

    // MARK: Bodies

    private func ask<Answer: Decodable>(
        _ path: String, _ question: some Encodable, within time: TimeAmount
    ) async throws(BuildError) -> Answer {
        let bytes = try await exchange(.POST, path, body: try Self.json(question), within: time)
        do {
            return try JSONDocument.decode(Answer.self, from: bytes, subject: "the server's answer")
        } catch {
            throw BuildError(.server, "The server at \(address): \(error.description).", cause: error)
        }
    }

    /// Sends what is worth no second try when its answer breaks off.
    private func tell(_ path: String, _ message: some Encodable, within time: TimeAmount) async throws(BuildError) {
        let response = try await send(.POST, path, body: try Self.json(message), within: time)
        _ = try await collect(response, upTo: Self.answerMaximum, within: .nanoseconds(time.nanoseconds))
    }

    private static func json(_ value: some Encodable) throws(BuildError) -> ByteBuffer {
        do {
            return ByteBuffer(bytes: try JSONDocument.encode(value))
        } catch {
            throw BuildError(.server, "The request cannot be written: \(error.description).", cause: error)
        }
    }

    private static func body(_ ids: [Digest]) -> ByteBuffer {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(ids.count * Digest.byteCount)
        for id in ids { id.append(to: &bytes) }
        return ByteBuffer(bytes: bytes)
    }
}
