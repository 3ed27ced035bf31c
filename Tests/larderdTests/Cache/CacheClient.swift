import CacheAPI
import Chunking
import Compression
import NIOHTTP1
import Testing

/// The cache API as a client of one project uses it.
struct CacheClient: Sendable {
    let http: TestClient
    let project: ProjectName

    func upload(_ layer: SampleLayer) async throws {
        let frames = try await http.post(CachePath.frames(project), layer.body)
        #expect(frames.status == 204)
        let commit = try await http.put(CachePath.layer(project, layer.diffID), layer.recipe.encoded())
        #expect(commit.status == 201)
    }

    func missing(_ ids: [Digest]) async throws -> [Int] {
        let answer = try await http.post(CachePath.missingChunks(project), ids.flatMap(\.rawBytes))
        #expect(answer.status == 200)
        return stride(from: 0, to: answer.bytes.count, by: 4).map { start in
            answer.bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
    }

    /// The chunks of the frames that the server sends for `ids`, with their bytes checked.
    func fetch(_ ids: [Digest]) async throws -> [Digest] {
        let answer = try await http.post(CachePath.fetchChunks(project), ids.flatMap(\.rawBytes))
        #expect(answer.status == 200)
        #expect(answer.headers.first(name: "content-type") == CacheMediaType.frames)
        var parser = FrameParser()
        var decoder = FrameDecoder()
        var found: [Digest] = []
        unsafe try parser.update(answer.bytes.span.bytes) { frame in
            found += frame.chunks.map(\.id)
            try decoder.decode(frame, verify: true) { _ in }
        }
        try parser.finish()
        return found
    }

    func lookup(_ steps: [GraphQuery.Step], scopes: [ScopeName] = [.main]) async throws -> [GraphAnswer.Step] {
        let answer = try await http.post(CachePath.lookup(project), json: GraphQuery(scopes: scopes, steps: steps))
        #expect(answer.status == 200)
        return try answer.json(GraphAnswer.self).steps
    }

    func record(_ record: StepRecord) async throws -> TestClient.Answer {
        try await http.post(CachePath.steps(project), json: record)
    }
}

/// Lends a client of a new server.
func withCache<Result: Sendable>(
    project: String = "shop", _ body: @Sendable (CacheClient) async throws -> Result
) async throws -> Result {
    let project = try #require(ProjectName(project))
    return try await withServer { client, _ in try await body(CacheClient(http: client, project: project)) }
}
