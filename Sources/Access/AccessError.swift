/// Why a document of configuration or a token cannot be used.
public struct AccessError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Sendable {
        /// A document that is not what it should be.
        case invalidDocument
        /// Rules that say something impossible.
        case invalidRules
        /// A token that is not one, or proves nothing.
        case invalidToken
        /// A token whose time is over, or has not come.
        case expiredToken
        /// A token of somebody who is not known, or for somebody else.
        case foreignToken
        /// The keys of a token's issuer are not to be had, so nothing can be said about it.
        case unavailableIssuer
        /// Too many passwords are being checked at the moment.
        case tooManyAttempts
        /// A token that is what it says, and to which no rule applies.
        case noRule
    }

    /// What kind of failure it is.
    public let code: Code
    /// The line of the document; `nil` when it has none.
    public let line: Int?
    /// A sentence for people without a full stop, which has no part of a token or a password.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, line: Int? = nil, _ message: String) {
        (self.code, self.line, self.message) = (code, line, message)
    }

    /// The message, with the line in front.
    public var description: String { line.map { "line \($0): \(message)" } ?? message }
}
