internal import FoundationEssentials

/// `larder build` with larderd.
struct LarderContender: Contender {
    let name = "larder"
    let server = ServerKind.larder
    let needsDocker = false

    func commands(for order: BuildOrder) -> [[String]] {
        [
            ["\(order.programs.larder)/larder", "build", "--server", "http://\(order.server)"]
                + ["--network", "host", "--progress", "plain", "--state-dir", "\(order.runner)/state"]
                + ["--metadata-file", order.metadata, "--build-arg", "BASE=\(BaseImage.name)"]
                + order.flags + ["--tag", "shop/\(order.application):1", order.context]
        ]
    }

    private struct Metadata: Decodable {
        private enum CodingKeys: String, CodingKey {
            case steps = "larder.steps"
        }

        struct Step: Decodable {
            let instruction: String
            let verdict: String
            let commandSeconds: Double?
        }

        let steps: [Step]
    }

    func ranSteps(output: String, metadata: String?) -> RanSteps? {
        guard let metadata, let parsed = try? JSONDecoder().decode(Metadata.self, from: Data(metadata.utf8)) else {
            return nil
        }
        let ran = parsed.steps.filter { $0.instruction.hasPrefix("RUN") && $0.verdict.lowercased() != "hit" }
        return RanSteps(count: ran.count, seconds: ran.reduce(0) { $0 + ($1.commandSeconds ?? 0) })
    }
}
