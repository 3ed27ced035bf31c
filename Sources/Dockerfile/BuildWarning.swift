/// Something that the user should know about a Dockerfile that is built all the same.
public struct BuildWarning: Hashable, Sendable, CustomStringConvertible {
    /// The check that found it; `nil` for what no check is about.
    public let check: BuildCheck?
    /// The Dockerfile's path as the user gave it.
    public let file: String
    /// The line of the instruction, from 1.
    public let line: Int
    /// What was found.
    public let message: String

    /// Makes a warning.
    public init(_ check: BuildCheck?, file: String, line: Int, message: String) {
        self.check = check
        self.file = file
        self.line = line
        self.message = URLLogin.hidden(in: message)
    }

    /// `file:line: check: message`.
    public var description: String {
        "\(file):\(line): \(check.map { "\($0.rawValue): " } ?? "")\(message)"
    }
}
