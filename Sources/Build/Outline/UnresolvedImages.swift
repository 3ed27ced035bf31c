internal import Chunking
internal import Dockerfile
internal import OCI

/// Images that nobody is asked for: each counts by its name and platform, and is as if it had one layer and no settings.
struct UnresolvedImages: ImageFinder {
    func find(
        _ requests: [Dockerfile.ImageRequest], platform: String, refresh: Bool
    ) async throws -> [Dockerfile.ImageRequest: BaseImages.Image] {
        var found: [Dockerfile.ImageRequest: BaseImages.Image] = [:]
        for request in requests {
            let own = try Platform(request.platform ?? platform)
            let digest = Digest(hashing: Array("larder.unresolved-image.v1\0\(request.name)\0\(own)".utf8))
            found[request] = BaseImages.Image(
                digest: digest, configuration: ImageConfiguration(platform: own, diffIDs: [digest]), chain: [digest])
        }
        return found
    }
}
