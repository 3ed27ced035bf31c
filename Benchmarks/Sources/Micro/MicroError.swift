/// Why instructions could not be counted, or a baseline not be used.
public struct MicroError: Error, CustomStringConvertible {
    /// What happened, and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
