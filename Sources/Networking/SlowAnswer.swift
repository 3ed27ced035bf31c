/// An answer's body came more slowly than ``AnswerLimits`` allow.
public struct SlowAnswer: Error, Hashable, Sendable, CustomStringConvertible {
    /// A clause for people, to follow the name of the server.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
