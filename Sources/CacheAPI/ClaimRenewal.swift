public import Chunking

/// Says that a build goes on (`POST …/claims/renew`): what it claimed stays claimed.
public struct ClaimRenewal: Codable, Sendable {
    /// How long a claim lasts unless it is renewed. Seconds.
    public static let lifetime = 20.0

    /// See ``GraphQuery/Claim/id``.
    public var id: String

    /// Makes a renewal.
    public init(id: String) {
        self.id = id
    }
}

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
