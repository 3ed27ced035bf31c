/// Why builds could not be measured.
public struct EndToEndError: Error, CustomStringConvertible {
    /// What happened, and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
