/// The first row of a trace: what was recorded.
public struct TraceHeader: Codable, Hashable, Sendable {
    /// The form of the rows that follow.
    public static let version = 1

    /// ``version``.
    public var trace: Int
    /// What the history is called: the name of its directory, or what was given.
    public var source: String
    /// The Dockerfile's path in the repository.
    public var dockerfile: String
    /// `os/arch[/variant]`.
    public var platform: String
    /// What is not as it would be in a build, for people.
    public var notes: [String]

    /// Makes a header.
    public init(source: String, dockerfile: String, platform: String, notes: [String] = []) {
        trace = Self.version
        self.source = source
        self.dockerfile = dockerfile
        self.platform = platform
        self.notes = notes
    }
}
