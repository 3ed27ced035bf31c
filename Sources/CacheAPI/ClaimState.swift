/// Whether a step is being built.
public struct ClaimState: Codable, Sendable {
    /// Who builds it; `nil` when nobody does.
    public var builder: String?

    /// Makes a state.
    public init(builder: String?) {
        self.builder = builder
    }
}
