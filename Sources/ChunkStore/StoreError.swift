/// Why the store could not do what it was asked.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable {
        /// Another process has the root open.
        case rootInUse
        /// The root is of a format that this version does not know.
        case unsupportedFormat
        /// The bytes sent are not what they claim to be: digest, length or encoding.
        case invalidContent
        /// Something that is named is not in the store.
        case missingContent
        /// A name is not valid.
        case invalidName
        /// There is no room on the disk.
        case diskFull
        /// An earlier disk error stopped all writes; a restart verifies from disk.
        case poisoned
        /// The disk or the index refused.
        case io
        /// The store was closed.
        case closed
    }

    /// What kind of failure it is.
    public let code: Code
    /// A sentence for people: what failed, on what, and what to do next where that is known.
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
