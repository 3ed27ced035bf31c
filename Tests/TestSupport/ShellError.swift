/// A script ended with another status than 0.
public struct ShellError: Error {
    /// The script.
    public let script: String
    /// Its status.
    public let status: Int32

    /// Makes an error.
    public init(script: String, status: Int32) {
        self.script = script
        self.status = status
    }
}
