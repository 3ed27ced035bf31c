import CacheAPI
import ChunkStore
import Chunking
import Hummingbird
import NIOCore

extension CacheRoutes {
    /// `POST …/chunks/missing`: the positions of the chunk ids that the project lacks.
    func missingChunks(_ request: Request, in project: ProjectName) async throws -> Response {
        let ids = try await chunkIDs(request)
        let positions = try await executor.run { store in
            guard let project = try store.project(project) else { return Array(ids.indices) }
            return try store.missingChunks(ids, in: project)
        }
        var body = ByteBuffer()
        body.reserveCapacity(positions.count * 4)
        for position in positions { body.writeInteger(UInt32(position), endianness: .little) }
        return Response(
            status: .ok, headers: [.contentType: CacheMediaType.chunkIDs], body: ResponseBody(byteBuffer: body))
    }

    /// `POST …/chunks/fetch`: the frames that hold the chunks.
    func fetchChunks(_ request: Request, in project: ProjectName) async throws -> Response {
        let ids = try await chunkIDs(request)
        let download = try await executor.run { store in
            guard let project = try store.project(project) else {
                throw APIFailure(.missingContent, "Nothing is stored in this project; ask what is missing again.")
            }
            return FrameDownload(try store.frames(holding: ids, in: project))
        }
        return Response(
            status: .ok, headers: [.contentType: CacheMediaType.frames],
            body: .pieces(length: nil, on: executor) { try download.next() })
    }

    private func chunkIDs(_ request: Request) async throws -> [Digest] {
        let limit = CachePath.chunkIDsMaximum * Digest.byteCount
        let body = try await request.bytes(upTo: limit)
        guard body.readableBytes % Digest.byteCount == 0 else {
            throw APIFailure(
                .badRequest,
                "The body has \(body.readableBytes) bytes; chunk ids have \(Digest.byteCount) bytes each.")
        }
        let bytes = body.readableBytesSpan
        return stride(from: 0, to: bytes.byteCount, by: Digest.byteCount)
            .compactMap { Digest(rawBytes: bytes, at: $0) }
    }
}
