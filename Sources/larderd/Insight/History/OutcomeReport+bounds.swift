import CacheAPI

extension OutcomeReport {
    /// The most steps that are taken.
    private static let stepsMaximum = GraphQuery.stepsMaximum
    /// The most seconds that one step or build is believed to have taken: a month.
    private static let secondsMaximum = 2_592_000.0

    /// The same within bounds: what a client sends may be anything, and is kept in sums for long.
    /// - Throws: ``APIFailure`` `badRequest` for what no build sends.
    func bounded() throws(APIFailure) -> OutcomeReport {
        guard steps.count <= Self.stepsMaximum else {
            throw APIFailure(
                .badRequest, "A report has at most \(Self.stepsMaximum) steps, not \(steps.count).")
        }
        func cut(_ text: String, _ count: Int = 200) -> String { String(text.prefix(count)) }
        func seconds(_ value: Double) -> Double { value >= 0 ? min(value, Self.secondsMaximum) : 0 }
        func bytes(_ value: Int) -> Int { min(max(0, value), 1 << 50) }
        return OutcomeReport(
            id: cut(id, GraphQuery.Claim.idBytesMaximum), writer: cut(writer), scope: scope, subject: cut(subject),
            isDone: isDone, seconds: seconds(self.seconds), sent: bytes(sent), received: bytes(received),
            trace: trace.map { cut($0, 32) },
            steps: steps.map { step in
                Step(
                    place: step.place, key: step.key, stage: cut(step.stage, 100), instruction: cut(step.instruction),
                    verdict: step.verdict, cause: step.verdict == .hit ? nil : step.cause ?? .unknown,
                    reason: step.reason.map { cut($0) },
                    changed: step.changed.prefix(Self.changedMaximum).map { cut($0, 80) },
                    seconds: seconds(step.seconds), saved: seconds(step.saved), sent: bytes(step.sent))
            })
    }
}
