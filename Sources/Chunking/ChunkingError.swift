/// Why bytes could not be read as what they claim to be.
public struct ChunkingError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable {
        /// The bytes end early, go on too long, or hold a value out of range.
        case malformed
        /// The bytes are of a version or parameter set that this program does not know.
        case unsupportedVersion
        /// A limit on size or count is exceeded.
        case tooLarge
    }

    /// What kind of failure it is.
    public let code: Code
    /// A sentence for people.
    public let description: String

    /// Makes an error.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
