import TestSupport
import Testing

extension RealClients {
    /// Which steps an empty runner runs after a change: with Larder, and with BuildKit that has a registry cache of all steps
    /// (`mode=max`).
    @Suite struct HitRateTests {
        /// So that each runner has what the last one wrote, as in a registry that does not merge caches.
        private static let serverOptions = ["--unmerged-caches", "hits/*:cache"]

        @Test("Where BuildKit hits Larder hits, and how many steps each runs is documented")
        func documentedHits() async throws {
            let cases = Self.chosen()
            let documented = HitRateTable.documented.rows
            #expect(
                Set(documented.keys) == Set(HitRateCase.all.map(\.title)), "HitRates.md has a row for each case")
            try await Pantry.run(with: "dockerd", options: Self.serverOptions) { pantry in
                let lab = try await HitRateLab(pantry)
                var begun: Set<String> = []
                for (number, example) in cases.enumerated() {
                    let isBegun = example.sharesFirstBuild && !begun.insert(example.project.name).inserted
                    let result = try await lab.result(of: example, number: number, isBegun: isBegun)
                    Self.check(result, of: example)
                    #expect(result.unknown.isEmpty, "\(example.title): \(result.unknown) not among \(result.steps)")
                    let row = result.row
                    #expect(
                        row == documented[example.title],
                        """
                        | \(example.title) | \(row.steps) | \(row.runByBuildKit) | \(row.runByLarder) |
                        BuildKit alone: \(result.runByBuildKit.subtracting(result.runByLarder).map(\.instruction))
                        """)
                }
                ProofSettings.report("changes whose hits are as documented: \(cases.count)")
            }
        }

        @Test("Where BuildKit hits after a change that nobody has written Larder hits")
        func generatedHits() async throws {
            let (seed, count) = (ProofSettings.steadySeed, ProofSettings.changes / 2)
            guard count > 0, ProofSettings.changeTitle == nil else { return }
            try await Pantry.run(with: "dockerd", options: Self.serverOptions) { pantry in
                let lab = try await HitRateLab(pantry)
                var (failures, theirs, ours, steps) = (0, 0, 0, 0)
                for number in 0..<count {
                    let example = ChangeGenerator.make(seed: seed &+ UInt64(number))
                    // Some cannot be built, by neither.
                    guard let result = try? await lab.result(of: example, number: number, isBegun: false) else {
                        failures += 1
                        continue
                    }
                    Self.check(result, of: example)
                    steps += result.steps.count
                    theirs += result.runByBuildKit.count
                    ours += result.runByLarder.count
                }
                ProofSettings.report(
                    "changes from LARDER_PROOF_SEED=\(seed) on: \(count), of which \(failures) cannot be built; of \(steps) "
                        + "steps BuildKit runs \(theirs), Larder \(ours)")
                #expect(failures < count)
            }
        }

        private static func chosen() -> [HitRateCase] {
            if let wanted = ProofSettings.changeTitle { return HitRateCase.all.filter { $0.title.contains(wanted) } }
            var random = SeededGenerator(seed: ProofSettings.steadySeed)
            let chosen = Set(HitRateCase.all.indices.shuffled(using: &random).prefix(ProofSettings.changes))
            return HitRateCase.all.indices.filter { chosen.contains($0) }.map { HitRateCase.all[$0] }
        }

        private static func check(_ result: HitRateLab.Result, of example: HitRateCase) {
            #expect(
                result.missed.isEmpty || example.isStricter,
                """
                \(example.title): Larder runs \(result.missed.map(\.instruction)), and BuildKit does not
                -- context
                \(example.project.context)-- Dockerfile
                \(example.project.dockerfile)-- change
                \(example.change)
                """)
        }
    }
}
