import Build
import TestSupport
import Testing

@testable import larder

@Suite("Where steps are in a picture")
struct StepLayoutTests {
    /// A build of random stages, images and needs.
    private static func steps(_ random: inout SeededGenerator) -> [StepReport] {
        var steps: [StepReport] = []
        for stage in 0..<Int.random(in: 1...6, using: &random) {
            var parent: StepReport.Source = .image("image\(Int.random(in: 0..<3, using: &random))")
            if !steps.isEmpty, Bool.random(using: &random) {
                parent = .step(Int.random(in: 0..<steps.count, using: &random))
            }
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                var step = StepReport(key: nil, instruction: "RUN", stage: "\(stage)", verdict: .run)
                step.parent = parent
                for _ in 0..<Int.random(in: 0...2, using: &random) {
                    let isImage = steps.isEmpty || Int.random(in: 0..<4, using: &random) == 0
                    let source: StepReport.Source =
                        isImage
                        ? .image("image\(Int.random(in: 0..<5, using: &random))")
                        : .step(Int.random(in: 0..<steps.count, using: &random))
                    if source != parent, !step.sources.contains(source) { step.sources.append(source) }
                }
                parent = .step(steps.count)
                steps.append(step)
            }
        }
        return steps
    }

    @Test("No two at one place, each below all that it needs, nothing forgotten", arguments: seeds)
    func layout(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let steps = Self.steps(&random)
            let layout = StepLayout(steps)
            let places = layout.boxes.map { [$0.column, $0.row] }
            #expect(Set(places).count == places.count, "seed \(seed)")
            #expect(layout.arrows.count == steps.reduce(0) { $0 + 1 + $1.sources.count })
            for arrow in layout.arrows {
                let (from, to) = (try #require(layout[arrow.from]), try #require(layout[arrow.to]))
                #expect(from.row < to.row, "seed \(seed)")
            }
            for (position, step) in steps.enumerated() {
                let box = try #require(layout[.step(position)])
                #expect(layout.columns[box.column] == step.stage)
            }
        }
    }
}
