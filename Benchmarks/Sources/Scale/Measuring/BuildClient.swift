import CacheAPI
import Chunking
import FoundationEssentials
import LoadGenerator

/// What `larder build` asks of a server, without building anything. Blocks.
struct BuildClient: ~Copyable {
    let project: ProjectName
    private var connection: Connection

    /// Bytes of all requests and of all answers so far.
    var sentBytes: Int { connection.sentBytes }
    var receivedBytes: Int { connection.receivedBytes }

    init(_ server: MeasuredServer, project: String) throws {
        self.init(try Self.named(project), try Connection(to: server.target))
    }

    private init(_ project: ProjectName, _ connection: consuming Connection) {
        self.project = project
        self.connection = connection
    }

    private static func named(_ text: String) throws -> ProjectName {
        guard let name = ProjectName(text) else { throw ScaleError("'\(text)' is no project") }
        return name
    }

    private mutating func ask(
        _ method: String, _ path: String, _ body: [UInt8], _ type: String = CacheMediaType.json
    ) throws -> [UInt8] {
        let answer = try connection.ask(method, path, body: body, type: type, keepsBody: true)
        guard (200..<300).contains(answer.status) else {
            throw ScaleError(
                "\(method) \(path): \(answer.status) \(String(decoding: answer.body.prefix(300), as: UTF8.self))")
        }
        return answer.body
    }

    private mutating func post(_ path: String, _ body: some Encodable) throws -> [UInt8] {
        try ask("POST", path, Array(try JSONEncoder().encode(body)))
    }

    /// Asks what is missing of a layer, sends all of it, and commits it.
    mutating func send(_ layer: SampleLayer) throws {
        let ids = layer.chunks.flatMap(\.rawBytes)
        _ = try ask("POST", CachePath.missingChunks(project), ids, CacheMediaType.chunkIDs)
        for part in layer.frames { _ = try ask("POST", CachePath.frames(project), part, CacheMediaType.frames) }
        _ = try ask("PUT", CachePath.layer(project, layer.recipe.digest), layer.recipe.encoded(), CacheMediaType.recipe)
    }

    /// Fetches a layer's recipe and all its chunks.
    mutating func fetch(_ layer: SampleLayer) throws {
        _ = try ask("GET", CachePath.layer(project, layer.recipe.digest), [])
        let ids = layer.chunks.flatMap(\.rawBytes)
        _ = try ask("POST", CachePath.fetchChunks(project), ids, CacheMediaType.chunkIDs)
    }

    /// Looks a graph up; how many of its steps are hits.
    mutating func look(up graph: SampleGraph) throws -> Int {
        let answer = try post(CachePath.lookup(project), graph.query)
        return try JSONDecoder().decode(GraphAnswer.self, from: Data(answer)).steps.count { $0.verdict == .hit }
    }

    /// Records a step of a graph.
    mutating func record(_ position: Int, of graph: SampleGraph) throws {
        _ = try post(CachePath.steps(project), graph.record(position))
    }

    /// Has an image made of a graph's layers.
    mutating func assemble(_ graph: SampleGraph, tag: Int) throws {
        let layers = graph.chain.map { "\"\($0)\"" }.joined(separator: ",")
        let config = """
            {"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[\(layers)]}}
            """
        _ = try post(CachePath.images(project), AssembleRequest(names: ["\(project)/image:\(tag)"], config: config))
    }
}
