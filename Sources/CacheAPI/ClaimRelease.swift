public import Chunking

/// Says that a build makes steps no more (`POST …/claims/release`): others may.
public struct ClaimRelease: Codable, Sendable {
    /// See ``GraphQuery/Claim/id``.
    public var id: String
    /// The steps; `nil` for all of the build.
    public var keys: [Digest]?

    /// Makes a release.
    public init(id: String, keys: [Digest]? = nil) {
        self.id = id
        self.keys = keys
    }
}
