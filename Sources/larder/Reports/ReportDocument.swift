import Build
import CacheAPI
import Chunking

/// A report as JSON; its keys are a promise to scripts.
struct ReportDocument: Encodable {
    /// What a step stands on or takes files from: one of these.
    struct Source: Encodable {
        /// A position in `steps`.
        var step: Int?
        var image: String?
    }

    /// One filesystem step.
    struct Step: Encodable {
        /// Its key; absent when no server told it.
        let key: Digest?
        let stage: String
        let instruction: String
        /// In the Dockerfile, from 1.
        let line: Int
        /// `hit`, `run`, `skipped` or `failed`.
        let verdict: String
        /// How long it took here.
        let seconds: Double
        /// How long the command of a RUN took of it.
        let commandSeconds: Double
        /// How long a hit took when it was made.
        let savedSeconds: Double
        /// How many bytes of its layers were sent.
        let bytesSent: Int
        /// Why it was run, for people; absent when that is not known.
        let reason: String?
        /// Absent for a step on nothing.
        let parent: Source?
        let sources: [Source]
    }

    /// Absent when the build did not fail.
    let error: String?
    let names: [String]
    /// Of the manifest or index; absent when the server does not have the image.
    let digest: Digest?
    /// The image id; absent for several platforms, and when the build failed.
    let config: Digest?
    let scope: String
    let scopeReason: String
    let seconds: Double
    let savedSeconds: Double
    let bytesFetched: Int
    let bytesSent: Int
    let hits: Int
    let runs: Int
    let steps: [Step]

    init(_ report: BuildReport) {
        error = report.failure
        names = report.names
        digest = report.outcome.image?.digest
        config = report.outcome.config
        scope = report.scope.description
        scopeReason = report.scopeReason
        seconds = report.outcome.seconds
        savedSeconds = report.outcome.savedSeconds
        bytesFetched = report.down
        bytesSent = report.up
        hits = report.outcome.hitCount
        runs = report.outcome.runCount
        steps = report.outcome.steps.map { step in
            Step(
                key: step.key, stage: step.stage, instruction: step.instruction, line: step.line,
                verdict: step.verdict.rawValue, seconds: step.seconds, commandSeconds: step.commandSeconds,
                savedSeconds: step.saved, bytesSent: step.bytes, reason: step.reason,
                parent: Self.source(step.parent), sources: step.sources.compactMap(Self.source))
        }
    }

    private static func source(_ source: StepReport.Source) -> Source? {
        switch source {
        case .scratch: nil
        case .image(let name): Source(image: name)
        case .step(let position): Source(step: position)
        }
    }
}
