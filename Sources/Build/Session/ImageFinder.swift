internal import Dockerfile

/// Finds the images that a build begins with or copies from.
protocol ImageFinder: Sendable {
    /// Finds all of `requests`.
    /// - Parameters:
    ///   - platform: of images that name none.
    ///   - refresh: whether other registries are asked again.
    /// - Throws: `invalidInput` for an image that is not to be had, `server` when nobody can be asked.
    func find(
        _ requests: [Dockerfile.ImageRequest], platform: String, refresh: Bool
    ) async throws -> [Dockerfile.ImageRequest: BaseImages.Image]
}

extension BaseImages: ImageFinder {}
