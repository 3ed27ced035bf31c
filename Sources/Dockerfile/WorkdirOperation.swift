/// `WORKDIR`: makes the directory when it does not exist.
public struct WorkdirOperation: Hashable, Sendable {
    /// Absolute, cleaned.
    public let path: String
    /// As USER has it; the owner of a directory that is made.
    public let user: String

    /// Makes an operation.
    public init(path: String, user: String) {
        self.path = path
        self.user = user
    }
}
