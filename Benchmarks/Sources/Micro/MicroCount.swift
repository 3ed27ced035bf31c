/// How many instructions a micro-benchmark took.
public struct MicroCount: Codable, Hashable, Sendable {
    /// What the work is counted in.
    public var unit: String
    /// Instructions for each unit.
    public var instructions: Double

    /// Makes a count.
    public init(unit: String, instructions: Double) {
        self.unit = unit
        self.instructions = instructions
    }
}
