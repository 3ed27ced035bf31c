/// An instruction of a stage: its text, and the step that it is.
public struct TraceLine: Codable, Hashable, Sendable {
    /// Of the text after expansion, as `created_by` of an image has it.
    public var text: TraceID
    /// Its place among the steps of the trace; `nil` for an instruction that only changes configuration.
    public var step: Int?

    /// Makes a line.
    public init(text: TraceID, step: Int?) {
        self.text = text
        self.step = step
    }
}
