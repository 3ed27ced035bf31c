/// Why bytes could not be compressed or decompressed.
public struct CompressionError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable {
        /// The bytes are not what the codec or the frame claims, or a chunk's digest does not match.
        case corrupt
        /// More bytes come out than were announced or than the limit allows.
        case tooLarge
        /// The library refused for another reason.
        case failed
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
