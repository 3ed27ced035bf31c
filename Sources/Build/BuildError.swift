/// Why a build, or a part of one, failed.
public struct BuildError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable {
        /// Something the user wrote or named is wrong: a missing source, a bad flag, a bad name.
        case invalidInput
        /// A RUN exited with another status than 0.
        case commandFailed
        /// A program or right that is needed is not there; the message says which and what to do.
        case notPermitted
        /// The runner's disk or kernel refused.
        case io
        /// The server did not answer, or not as promised. Never ends a build by itself.
        case server
        /// A registry that the image is pushed to refused, did not answer, or not as promised.
        case registry
        /// Bytes that were read are not what they were promised to be.
        case corrupt
        /// A file changed while it was read.
        case changed
    }

    /// What kind of failure it is.
    public let code: Code
    /// A sentence for people: what failed, on what, and what to do next where that is known.
    public let description: String
    /// For `commandFailed`: the exit status.
    public let exitStatus: Int32?
    /// The error beneath, if there was one.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ description: String, exitStatus: Int32? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.description = description
        self.exitStatus = exitStatus
        self.cause = cause
    }
}
