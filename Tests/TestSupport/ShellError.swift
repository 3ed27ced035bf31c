/// A script ended with another status than 0.
public struct ShellError: Error {
    /// The script.
    public let script: String
    /// Its status.
    public let status: Int32
    /// What it said, where that was kept.
    public let complaint: String

    /// Makes an error.
    public init(script: String, status: Int32, complaint: String = "") {
        self.script = script
        self.status = status
        self.complaint = complaint
    }
}
