/// What is to be built, with every word expanded: the stages that the targets need, in an order in which each
/// comes after those it uses.
public struct BuildPlan: Sendable {
    /// An image to build.
    public struct Target: Hashable, Sendable {
        /// The position in ``BuildPlan/stages`` of the stage that the image is.
        public var stage: Int
        /// `os/arch[/variant]` of the image.
        public var platform: String

        /// Makes a target.
        public init(stage: Int, platform: String) {
            self.stage = stage
            self.platform = platform
        }
    }

    /// The stages, pruned to what the ``targets`` need.
    public let stages: [PlannedStage]
    /// The images to build, at least one; each is for another platform.
    public let targets: [Target]
    /// Warnings for the user.
    public let warnings: [BuildWarning]

    /// Makes a plan.
    public init(stages: [PlannedStage], targets: [Target], warnings: [BuildWarning]) {
        self.stages = stages
        self.targets = targets
        self.warnings = warnings
    }
}
