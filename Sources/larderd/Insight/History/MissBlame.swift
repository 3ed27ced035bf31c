import CacheAPI

/// Which steps of a build made others miss. A step that missed only because of what it stands on or reads from is put down to the
/// nearest step before it that missed for a reason of its own: in its stage, else in any.
struct MissBlame {
    /// What a step has caused.
    struct Damage: Hashable {
        var misses = 0
        var seconds = 0.0
        /// The position of the step among them that took longest.
        var dearest: Int
    }

    /// By the position of the step that is to blame.
    private(set) var damages: [Int: Damage] = [:]

    /// O(steps), but for builds whose stages have no culprit of their own.
    init(_ steps: [OutcomeReport.Step]) {
        var culprits: [String: Int] = [:]
        var last: Int?
        for (position, step) in steps.enumerated() where step.verdict != .hit {
            let cause = step.cause ?? .unknown
            if cause.isOwn {
                culprits[step.stage] = position
                last = position
                continue
            }
            guard let culprit = (cause == .inputs ? last : culprits[step.stage]) ?? last else { continue }
            var damage = damages[culprit] ?? Damage(dearest: position)
            damage.misses += 1
            damage.seconds += step.seconds
            if step.seconds > steps[damage.dearest].seconds { damage.dearest = position }
            damages[culprit] = damage
        }
    }
}
