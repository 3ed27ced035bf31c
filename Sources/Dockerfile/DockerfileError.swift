/// Why a Dockerfile cannot be built: where, what stands there, and what was expected or is not supported.
public struct DockerfileError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable {
        /// The text is not a Dockerfile.
        case syntax
        /// The text is a Dockerfile, but this version does not build what it asks for.
        case unsupported
        /// A stage, argument or image that is named does not exist.
        case unknownName
        /// A build check has found something, and the file says that this is an error (`# check=error=true`).
        case violation
    }

    /// What kind of failure it is.
    public let code: Code
    /// The Dockerfile's path as the user gave it.
    public let file: String
    /// The line of the instruction, from 1.
    public let line: Int
    /// The text of that line; without logins of URLs.
    public let text: String
    /// A sentence that says what was expected, or what is not supported and what to do instead.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, file: String, line: Int, text: String, message: String) {
        self.code = code
        self.file = file
        self.line = line
        self.text = URLLogin.hidden(in: text)
        self.message = URLLogin.hidden(in: message)
    }

    /// `file:line: message`, and the line itself below.
    public var description: String { "\(file):\(line): \(message)\n  \(line) | \(text)" }
}
