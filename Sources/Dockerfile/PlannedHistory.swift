/// A line of image history.
public struct PlannedHistory: Hashable, Sendable {
    /// As OCI's `created_by` has it.
    public let createdBy: String
    /// The filesystem step that it stands for; `nil` for an instruction that only changes configuration.
    public let step: Int?

    /// Makes a line.
    public init(createdBy: String, step: Int?) {
        self.createdBy = createdBy
        self.step = step
    }
}
