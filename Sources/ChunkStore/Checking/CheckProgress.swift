/// How far a check has come.
public struct CheckProgress: Sendable {
    /// What is being done.
    public let activity: String
    /// How many bytes of chunk files were read.
    public let bytes: UInt64
    /// How many there are.
    public let total: UInt64
}
