/// Why another program could not be started, or failed.
public struct ChildProgramError: Error, CustomStringConvertible {
    /// What happened.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
