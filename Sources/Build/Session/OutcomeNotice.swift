internal import CacheAPI
internal import Chunking

/// Tells the server how a build ended, for its dashboard. Nobody depends on it: what goes wrong is passed over, and it takes no
/// more time than ``patience``.
struct OutcomeNotice {
    /// How long the end of a build waits for it.
    static let patience = Duration.seconds(2)

    let request: BuildRequest
    let prepared: PreparedBuild
    let subject: String
    let claims: BuildClaims
    let link: ServerLink

    /// Sends what became of `steps`, by their places in the graph.
    func send(_ steps: [(index: Int, report: StepReport)], isDone: Bool, seconds: Double) async {
        guard let server = link.reading, !steps.isEmpty, !Task.isCancelled else { return }
        let report = OutcomeReport(
            id: claims.id, writer: request.writer, scope: request.scope, subject: subject, isDone: isDone,
            seconds: seconds, sent: link.traffic.up, received: link.traffic.down, trace: server.trace.traceID,
            steps: steps.compactMap(step))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await server.note(report) }
            group.addTask { try? await Task.sleep(for: Self.patience) }
            await group.next()
            group.cancelAll()
        }
    }

    private func step(_ index: Int, _ report: StepReport) -> OutcomeReport.Step? {
        let verdict: OutcomeReport.Verdict
        switch report.verdict {
        case .hit: verdict = .hit
        case .run: verdict = .miss
        case .failed: verdict = .failed
        case .skipped: return nil
        }
        guard let place = prepared.lineage(of: index, subject: subject).last else { return nil }
        return OutcomeReport.Step(
            place: place, key: report.key, stage: report.stage, instruction: report.instruction, verdict: verdict,
            cause: verdict == .hit ? nil : report.cause ?? .unknown, reason: report.reason, changed: report.changed,
            seconds: report.seconds, saved: report.saved, sent: report.bytes)
    }
}
