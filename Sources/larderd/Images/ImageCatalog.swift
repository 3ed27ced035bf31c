import CacheAPI
import ChunkStore
import Chunking

/// Images by name: finds base images for builds, pulling them from their registry when they are not here, and
/// makes images of layers that are here.
struct ImageCatalog: Sendable {
    let executor: StoreExecutor

    /// The image called `name` as a base for builds of `project`, whose layers are layers of the project
    /// afterwards (uncompressed, with entry tables).
    /// - Parameter refresh: whether a tag of another registry is asked for again.
    /// - Throws: ``APIFailure``: `notFound`, `invalidName`, `upstream`, …
    func resolve(
        _ image: ResolveQuery.Image, for project: ProjectName, refresh: Bool
    ) async throws -> ResolveAnswer.Image {
        throw APIFailure(.internal, "not written yet")
    }

    /// Makes an image of layers that `project` has and tags it.
    /// - Throws: ``APIFailure``: `missingContent` when a layer is not there, `invalidName`, `badRequest`.
    func assemble(_ request: AssembleRequest, in project: ProjectName) async throws -> AssembleAnswer {
        throw APIFailure(.internal, "not written yet")
    }
}
