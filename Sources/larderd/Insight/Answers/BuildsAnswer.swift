import CacheAPI

/// `GET …/builds`: builds that are under way, and those that have ended.
struct BuildsAnswer: Encodable, Sendable {
    /// A build that has asked for its steps and not ended.
    struct Running: Encodable, Sendable {
        /// Host or job, as it says.
        var writer: String
        var scopes: [String]
        /// How many steps it is going to make or makes; 0 when it found all of them.
        var steps: Int
        /// How long ago it first asked. Seconds.
        var seconds: Double
    }

    /// The one that runs for longest first.
    let running: [Running]
    /// The last one first.
    let ended: [ProjectHistory.Build]
}
