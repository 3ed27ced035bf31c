/// What is to be built, with every word expanded: the stages that the target needs, in an order in which each
/// comes after those it uses.
public struct BuildPlan: Sendable {
    /// The stages, pruned to what ``target`` needs.
    public let stages: [PlannedStage]
    /// The position in ``stages`` of the stage to build; the last one.
    public let target: Int
    /// Warnings for the user.
    public let warnings: [BuildWarning]

    /// Makes a plan.
    public init(stages: [PlannedStage], target: Int, warnings: [BuildWarning]) {
        self.stages = stages
        self.target = target
        self.warnings = warnings
    }
}
