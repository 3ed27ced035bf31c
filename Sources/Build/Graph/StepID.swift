/// A step of a plan: its stage, and its place in ``PlannedStage/steps``.
struct StepID: Hashable, Sendable {
    let stage: Int
    let position: Int
}
