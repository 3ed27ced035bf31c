/// The patterns of a `.dockerignore`, with the semantics of Docker's builder: Go's `filepath.Match` with `**`,
/// `!` exceptions, the last match wins, and a pattern that matches a directory takes all below it.
public struct IgnoreRules: Sendable {
    /// Ignores nothing.
    public static let none = IgnoreRules()

    private init() {}

    /// Parses the bytes of a `.dockerignore`.
    /// - Throws: `syntax` for a malformed pattern.
    public init(parsing bytes: [UInt8], file: String) throws(DockerfileError) {}

    /// Whether the file or directory at `path` (relative to the context, components joined by `/`) is left out.
    public func ignores(_ path: String) -> Bool { false }

    /// Whether something below the ignored directory `path` could still be let in by an exception.
    public func mayKeepBelow(_ path: String) -> Bool { false }
}

/// Go's `filepath.Match` for one wildcard path of COPY or ADD.
public struct PathPattern: Sendable {
    /// Parses a pattern such as `src/*.py`.
    /// - Throws: a sentence about what is malformed, as the error's message.
    public init(_ pattern: String, file: String, line: Int, text: String) throws(DockerfileError) {}

    /// Whether there is a wildcard in it at all.
    public var hasWildcard: Bool { false }

    /// Whether `path` matches as a whole.
    public func matches(_ path: String) -> Bool { false }
}
