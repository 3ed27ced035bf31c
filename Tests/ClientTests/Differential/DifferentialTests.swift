import TestSupport
import Testing

extension RealClients {
    /// What `larder build` makes of a Dockerfile, compared with what BuildKit makes of it: root filesystem, configuration and
    /// history.
    @Suite struct DifferentialTests {
        @Test("Larder and BuildKit make the same image of each Dockerfile")
        func sameImages() async throws {
            let all = DifferentialCase.all.filter { !$0.title.hasPrefix("errors: ") }
            let cases = Self.chosen(all, count: ProofSettings.dockerfiles)
            #expect(!cases.isEmpty)
            try await Self.compare(cases)
        }

        @Test("They refuse the same Dockerfiles, and Larder tells the place")
        func sameRefusals() async throws {
            let all = DifferentialCase.all.filter { $0.title.hasPrefix("errors: ") && $0.place != nil }
            #expect(all.count > 60)
            try await Self.compare(Self.chosen(all, count: ProofSettings.dockerfiles / 3))
        }

        @Test("They make the same of Dockerfiles that nobody has written")
        func sameGeneratedImages() async throws {
            let seed = ProofSettings.steadySeed
            print("Dockerfiles are made from LARDER_PROOF_SEED=\(seed)")
            let count = ProofSettings.dockerfiles / 2
            try await Self.compare((0..<count).map { DockerfileGenerator.make(seed: seed &+ UInt64($0)) })
        }

        /// Some of `cases`, others in every run; all when `count` is large enough.
        private static func chosen(_ cases: [DifferentialCase], count: Int) -> [DifferentialCase] {
            if let wanted = ProofSettings.dockerfileTitle { return cases.filter { $0.title.contains(wanted) } }
            var random = SeededGenerator(seed: ProofSettings.steadySeed)
            return Array(cases.shuffled(using: &random).prefix(count))
        }

        private static func compare(_ cases: [DifferentialCase]) async throws {
            try await Pantry.run(with: "dockerd", "crane") { pantry in
                let lab = try await DifferentialLab(pantry)
                for (number, example) in cases.enumerated() {
                    let differences = try await lab.differences(of: example, number: number)
                    let text = differences.prefix(40).joined(separator: "\n")
                    #expect(
                        differences.isEmpty,
                        "\(example.title)\n\(text)\n-- context\n\(example.context)-- Dockerfile\n\(example.dockerfile)")
                }
                ProofSettings.report("Dockerfiles built by Larder and BuildKit: \(cases.count)")
            }
        }
    }
}
