import CacheAPI
import ChunkStore
import Chunking
import Hummingbird
import NIOCore

extension CacheRoutes {
    /// `POST …/frames`: takes chunks. The body is handed on as it arrives, and nothing more is read before the store
    /// has taken it; a body that does not end well leaves nothing behind.
    func takeFrames(_ request: Request, in project: ProjectName) async throws -> Response {
        let upload = FrameUpload(into: project, of: executor.store)
        try await request.forEachBatch(of: Limits.pieceBytes, upTo: limits.bodyBytes) { batch in
            try await executor.run { _ in try upload.take(batch) }
        }
        try await executor.run { _ in try upload.commit() }
        return Response(status: .noContent)
    }

    /// `PUT …/layers/DIGEST`: commits a layer whose chunks are there.
    func commitLayer(_ request: Request, _ diffID: Digest, in project: ProjectName) async throws -> Response {
        let body = try await request.bytes(upTo: limits.recipeBytes)
        try await executor.run { store in
            let recipe = try Recipe(decoding: body.readableBytesSpan)
            guard recipe.digest == diffID else {
                throw APIFailure(.invalidContent, "The recipe is of \(recipe.digest), not of \(diffID).")
            }
            let needsChunks = !recipe.headers.isEmpty || !recipe.payload.isEmpty
            _ = try store.commitBlob(recipe, in: store.makeProject(project, unlessLacking: needsChunks))
        }
        return Response(status: .created)
    }

    /// `GET …/layers/DIGEST`: the recipe of a layer.
    func layer(_ diffID: Digest, in project: ProjectName) async throws -> Response {
        let body = try await executor.run { store in
            guard let project = try store.project(project), let recipe = try store.recipe(of: diffID, in: project)
            else { throw APIFailure(.notFound, "The project \(project) has no layer \(diffID).") }
            return ByteBuffer(bytes: recipe.encoded())
        }
        return Response(
            status: .ok, headers: [.contentType: CacheMediaType.recipe], body: ResponseBody(byteBuffer: body))
    }
}
