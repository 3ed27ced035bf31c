/// An error of a recording or a replay.
public struct HitRatesError: Error, Sendable, CustomStringConvertible {
    /// What kind of error it is.
    public enum Code: Sendable, Hashable {
        /// What was given cannot be used.
        case invalidInput
        /// A file cannot be read or written, or a program failed.
        case io
    }

    /// What kind of error it is.
    public let code: Code
    /// A sentence for people.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
