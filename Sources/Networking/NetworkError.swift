/// Why settings of the network cannot be used.
public struct NetworkError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Sendable {
        /// An address or a file that is not what it should be.
        case invalidSetting
        /// A kind of proxy that is not spoken with.
        case unsupportedProxy
    }

    /// What kind of failure it is.
    public let code: Code
    /// A sentence for people, which names the variable or the file and has no part of a password.
    public let description: String

    init(_ code: Code, _ description: String) {
        (self.code, self.description) = (code, description)
    }
}
