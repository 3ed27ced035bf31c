/// Why a name or a document of an image could not be understood.
public struct OCIError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable {
        /// An image name, or the registry host in it, is not valid.
        case invalidReference
        /// A repository name is not valid.
        case invalidRepository
        /// A tag is not valid.
        case invalidTag
        /// A platform is not valid.
        case invalidPlatform
        /// A JSON document is not what it should be, or could not be written.
        case invalidDocument
    }

    /// What kind of failure it is.
    public let code: Code
    /// A sentence for people: what is wrong, with what, and what would be right.
    public let description: String
    /// The error beneath, if there was one.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ description: String, cause: (any Error)? = nil) {
        self.code = code
        self.description = description
        self.cause = cause
    }
}
