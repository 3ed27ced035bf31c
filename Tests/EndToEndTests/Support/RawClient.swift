import AsyncHTTPClient
import CacheAPI
import Chunking
import Compression
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Speaks the cache API by hand, so that a test sees exactly what was acknowledged.
struct RawClient: Sendable {
    let address: String
    let project: ProjectName

    /// Gives up at once where nothing listens, as it is with a server that was killed. Lives as long as the process.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        // Where many tests compute at once, a server may take long to answer a new connection.
        configuration.timeout.connect = .seconds(120)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Splits `tar`, sends its missing chunks and commits it. Returning means that the server acknowledged it.
    func upload(_ tar: [UInt8]) async throws -> Digest {
        let (recipe, chunks) = try split(tar)
        let ids = Array(chunks.keys)
        let positions = try await send(.POST, CachePath.missingChunks(project), ids.flatMap(\.rawBytes))
        try expect(positions, 200)
        var builder = FrameBuilder(codec: .zstd)
        var frames: [UInt8] = []
        for id in Self.positions(in: positions.body).map({ ids[$0] }) {
            guard let bytes = chunks[id] else { continue }
            let reference = ChunkReference(id: id, length: UInt32(bytes.count))
            if let frame = unsafe try builder.add(reference, bytes.span.bytes) { frames += frame.encoded() }
        }
        if let frame = try builder.flush() { frames += frame.encoded() }
        if !frames.isEmpty { try expect(try await send(.POST, CachePath.frames(project), frames), 204) }
        try expect(try await send(.PUT, CachePath.layer(project, recipe.digest), recipe.encoded()), 201)
        return recipe.digest
    }

    /// Fetches a layer and puts it together; `nil` when the server says that it is not there.
    func download(_ layer: Digest) async throws -> [UInt8]? {
        let answer = try await send(.GET, CachePath.layer(project, layer), [])
        if answer.status == 404 { return nil }
        try expect(answer, 200)
        let recipe = unsafe try Recipe(decoding: answer.body.span.bytes)
        var chunks: [Digest: [UInt8]] = [:]
        let ids = Set((recipe.headers + recipe.payload).map(\.id))
        let frames = try await send(.POST, CachePath.fetchChunks(project), ids.flatMap(\.rawBytes))
        try expect(frames, 200)
        var parser = FrameParser()
        var decoder = FrameDecoder()
        var complete: [Frame] = []
        unsafe try parser.update(frames.body.span.bytes) { complete.append($0) }
        for frame in complete {
            let raw = try decoder.decode(frame, verify: true) { bytes in
                unsafe bytes.withUnsafeBytes { unsafe Array($0) }
            }
            var offset = 0
            for chunk in frame.chunks {
                chunks[chunk.id] = Array(raw[offset..<offset + Int(chunk.length)])
                offset += Int(chunk.length)
            }
        }
        return Self.assemble(recipe, chunks)
    }

    /// Sends a request with a body and takes the whole answer, which in these tests is small.
    func send(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8], type: String? = nil, accepting accepted: String? = nil
    ) async throws -> (status: Int, body: [UInt8]) {
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        if let type { request.headers.add(name: "Content-Type", value: type) }
        if let accepted { request.headers.add(name: "Accept", value: accepted) }
        if method != .GET { request.body = .bytes(body) }
        let response = try await Self.http.execute(request, timeout: .seconds(120))
        let bytes = try await response.body.collect(upTo: 256 << 20)
        return (Int(response.status.code), Array(buffer: bytes))
    }

    private func expect(_ answer: (status: Int, body: [UInt8]), _ status: Int) throws {
        guard answer.status != status else { return }
        throw UnexpectedAnswer(status: answer.status, body: String(decoding: answer.body, as: UTF8.self))
    }

    private func split(_ tar: [UInt8]) throws -> (Recipe, [Digest: [UInt8]]) {
        var chunks: [Digest: [UInt8]] = [:]
        var splitter = LayerSplitter()
        func keep(_ reference: ChunkReference, _ bytes: RawSpan) {
            chunks[reference.id] = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
        }
        unsafe splitter.update(tar.span.bytes, onChunk: keep)
        let result = splitter.finish(onChunk: keep)
        return (result.recipe, chunks)
    }

    private static func positions(in bytes: [UInt8]) -> [Int] {
        stride(from: 0, to: bytes.count, by: 4).map { offset in
            (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
    }

    private static func assemble(_ recipe: Recipe, _ chunks: [Digest: [UInt8]]) -> [UInt8]? {
        var streams: [Recipe.Stream: [UInt8]] = [:]
        for stream in [Recipe.Stream.headers, .payload] {
            var bytes: [UInt8] = []
            for reference in recipe.chunks(of: stream) {
                guard let chunk = chunks[reference.id] else { return nil }
                bytes += chunk
            }
            streams[stream] = bytes
        }
        var offsets: [Recipe.Stream: Int] = [:]
        var blob: [UInt8] = []
        for extent in recipe.extents {
            let start = offsets[extent.stream, default: 0]
            blob += streams[extent.stream, default: []][start..<start + Int(extent.length)]
            offsets[extent.stream] = start + Int(extent.length)
        }
        return blob
    }
}

/// The server answered something else than it should.
struct UnexpectedAnswer: Error, CustomStringConvertible {
    let status: Int
    let body: String
    var description: String { "HTTP \(status): \(body)" }
}
