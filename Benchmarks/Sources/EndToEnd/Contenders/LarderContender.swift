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
                + ["--cache-mounts", "--report", "type=json,dest=\(order.report)"]
                + ["--build-arg", "BASE=\(BaseImage.name)"]
                + order.flags + ["--tag", "shop/\(order.application):1", order.context]
        ]
    }

    /// What `--report` writes, also of a build that failed.
    private struct Report: Decodable {
        struct Step: Decodable {
            let instruction: String
            let verdict: String
            /// All of its time.
            let seconds: Double
            /// The command's part, of one that succeeded.
            let commandSeconds: Double

            var isRun: Bool { instruction.hasPrefix("RUN") && ["run", "failed"].contains(verdict) }
            var runSeconds: Double { verdict == "failed" ? seconds : commandSeconds }
        }

        let steps: [Step]
    }

    func ranSteps(output: String, report: String?) -> RanSteps? {
        guard let report, let parsed = try? JSONDecoder().decode(Report.self, from: Data(report.utf8)) else {
            return nil
        }
        let ran = parsed.steps.filter(\.isRun)
        return RanSteps(count: ran.count, seconds: ran.reduce(0) { $0 + $1.runSeconds })
    }
}
