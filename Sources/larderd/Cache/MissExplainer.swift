import CacheAPI
import Chunking

/// Finds the earlier record that differs least from a step that was missed, and how it differs.
///
/// Pure but for what it asks its closures.
struct MissExplainer {
    /// How many records one step is compared with.
    static let candidatesMaximum = 6

    /// What was recorded in a place of a lineage.
    let trail: (Digest) throws -> StepTrail
    /// A record with its components; `nil` when it is gone.
    let record: (ScopeName, Digest) throws -> StepRecord?

    /// The answer for one step, whose components are as they are kept.
    func answer(_ step: ExplainQuery.Step) throws -> ExplainAnswer.Step {
        for place in step.lineage.prefix(StepRecord.lineageMaximum) {
            let marks = try trail(place).marks.prefix(Self.candidatesMaximum)
            let candidates = try marks.map { try compare(step, $0) }
            // Of those that differ alike the newest, which comes first.
            guard let nearest = candidates.min(by: { Self.distance($0) < Self.distance($1) }) else { continue }
            return ExplainAnswer.Step(nearest: nearest)
        }
        return ExplainAnswer.Step(nearest: nil)
    }

    private func compare(_ step: ExplainQuery.Step, _ mark: StepTrail.Mark) throws -> ExplainAnswer.Nearest {
        let record = try record(mark.scope, mark.key)
        let differences = record.map { Self.differences(step.components, $0.components) } ?? []
        return ExplainAnswer.Nearest(
            created: mark.created, scope: mark.scope, writer: mark.writer, instruction: record?.instruction,
            isSameKey: mark.key == step.key, isSameParent: record != nil && record?.parent == step.parent,
            differences: Array(differences.prefix(ExplainAnswer.Nearest.differencesMaximum)),
            differenceCount: differences.count, author: mark.author)
    }

    /// The very same step is nearest, then what is there, then what differs in few parts.
    private static func distance(_ nearest: ExplainAnswer.Nearest) -> Int {
        if nearest.isSameKey { return 0 }
        guard nearest.instruction != nil else { return .max }
        return 1 + nearest.differenceCount * 2 + (nearest.isSameParent ? 0 : 1)
    }

    /// The parts that differ, by name.
    static func differences(
        _ now: [KeyComponent], _ before: [KeyComponent]
    ) -> [ExplainAnswer.Difference] {
        let old = Dictionary(before.map { ($0.name, $0.digest) }) { first, _ in first }
        let new = Dictionary(now.map { ($0.name, $0.digest) }) { first, _ in first }
        var found = new.compactMap { name, digest -> ExplainAnswer.Difference? in
            guard let earlier = old[name] else { return ExplainAnswer.Difference(name: name, kind: .added) }
            return earlier == digest ? nil : ExplainAnswer.Difference(name: name, kind: .changed)
        }
        found += old.keys.filter { new[$0] == nil }.map { ExplainAnswer.Difference(name: $0, kind: .removed) }
        return found.sorted { $0.name < $1.name }
    }
}
