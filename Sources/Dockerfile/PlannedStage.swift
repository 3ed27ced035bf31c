/// One stage of a plan.
public struct PlannedStage: Hashable, Sendable {
    /// What a stage begins with.
    public enum Base: Hashable, Sendable {
        /// Nothing.
        case scratch
        /// An image, named as in the Dockerfile after expansion, with the platform of `FROM --platform` if given.
        case image(String, platform: String?)
        /// The result of another stage, by its position in ``BuildPlan/stages``.
        case stage(Int)
    }

    /// `AS` name, or the stage's number in the Dockerfile.
    public let name: String
    /// What it begins with.
    public internal(set) var base: Base
    /// What its programs are made for: `FROM --platform` of the stage or of what it begins with, else what the plan is for.
    public let platform: String
    /// The instructions that change the filesystem, in order.
    public internal(set) var steps: [PlannedStep]
    /// The image configuration after the last instruction, base included.
    public let settings: ImageSettings
    /// One line of image history for each instruction, in order; a filesystem step's line has its position in ``steps``.
    public let history: [PlannedHistory]

    /// Makes a stage.
    public init(
        name: String, base: Base, platform: String, steps: [PlannedStep], settings: ImageSettings,
        history: [PlannedHistory]
    ) {
        self.name = name
        self.base = base
        self.platform = platform
        self.steps = steps
        self.settings = settings
        self.history = history
    }
}
