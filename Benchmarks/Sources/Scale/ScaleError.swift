/// Why a server could not be measured, or a day not be simulated.
public struct ScaleError: Error, CustomStringConvertible {
    /// What happened, and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
