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
