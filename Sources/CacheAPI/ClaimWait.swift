public import Chunking

/// Waits until nobody builds a step any more (`POST …/claims/wait`).
public struct ClaimWait: Codable, Sendable {
    /// The most seconds that one request waits.
    public static let secondsMaximum = 20.0

    /// The step's key.
    public var key: Digest
    /// The scopes whose builds are waited for.
    public var scopes: [ScopeName]
    /// Who waits: its own claims do not count.
    public var id: String
    /// How long to wait at most. Seconds, at most ``secondsMaximum``.
    public var seconds: Double

    /// Makes a request.
    public init(key: Digest, scopes: [ScopeName], id: String, seconds: Double) {
        self.key = key
        self.scopes = scopes
        self.id = id
        self.seconds = seconds
    }
}
