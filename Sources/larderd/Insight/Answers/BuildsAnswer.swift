import CacheAPI

/// `GET …/builds`: builds that are making steps right now, and those that have ended.
struct BuildsAnswer: Encodable, Sendable {
    /// A build that has claimed steps.
    struct Running: Encodable, Sendable {
        /// Host or job, as it says.
        var writer: String
        var scopes: [String]
        /// How many steps it is going to make or makes.
        var steps: Int
        /// For how long it has been making the first of them. Seconds.
        var seconds: Double
    }

    /// The one that runs for longest first.
    let running: [Running]
    /// The last one first.
    let ended: [ProjectHistory.Build]
}
