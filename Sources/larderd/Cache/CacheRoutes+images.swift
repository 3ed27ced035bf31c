import CacheAPI
import Hummingbird

extension CacheRoutes {
    /// `POST …/resolve`: base images by name.
    func resolve(_ request: Request, _ access: ProjectAccess) async throws -> Response {
        let query: ResolveQuery = try await request.bytes(upTo: limits.jsonBytes).decoded()
        guard query.images.count <= ResolveQuery.imagesMaximum else {
            throw APIFailure(
                .badRequest, "A query names at most \(ResolveQuery.imagesMaximum) images, not \(query.images.count).")
        }
        var answer = ResolveAnswer(images: [])
        for image in query.images {
            answer.images.append(try await images.resolve(image, for: access, refresh: query.refresh))
        }
        return try .json(answer)
    }

    /// `POST …/images`: makes and tags an image.
    func assemble(_ request: Request, _ access: ProjectAccess) async throws -> Response {
        let order: AssembleRequest = try await request.bytes(upTo: limits.jsonBytes).decoded()
        return try .json(await images.assemble(order, access), status: .created)
    }
}
