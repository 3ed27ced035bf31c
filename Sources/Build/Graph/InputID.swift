/// Something that a step reads besides its parent: the step, and the place among all that it reads.
struct InputID: Hashable, Sendable {
    let step: StepID
    let position: Int
}
