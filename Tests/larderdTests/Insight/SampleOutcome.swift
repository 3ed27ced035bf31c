import CacheAPI
import Chunking

/// Builds of a Dockerfile that copies everything before it installs what it needs, as they report their end.
enum SampleOutcome {
    static let copy = Digest(hashing: [1])
    static let install = Digest(hashing: [2])
    static let test = Digest(hashing: [3])

    /// A build in which only the first step was a hit, since a file has changed.
    static func miss(scope: ScopeName = .main, changed: [String] = ["src/app.js"]) -> OutcomeReport {
        report(
            scope,
            [
                step(Digest(hashing: [0]), "WORKDIR /app", .hit, saved: 1),
                step(copy, "COPY . .", .miss, .files, changed: changed, seconds: 2, sent: 1000),
                step(install, "RUN npm ci", .miss, .parent, seconds: 60, sent: 100_000),
                step(test, "RUN npm test", .miss, .parent, seconds: 30),
            ])
    }

    /// The same when nothing has changed.
    static func hit(scope: ScopeName = .main) -> OutcomeReport {
        report(
            scope,
            [
                step(Digest(hashing: [0]), "WORKDIR /app", .hit, saved: 1),
                step(copy, "COPY . .", .hit, saved: 2), step(install, "RUN npm ci", .hit, saved: 60),
                step(test, "RUN npm test", .hit, saved: 30),
            ])
    }

    private static func report(_ scope: ScopeName, _ steps: [OutcomeReport.Step]) -> OutcomeReport {
        OutcomeReport(
            id: "1", writer: "runner-7", scope: scope, subject: "shop/api", isDone: true, seconds: 95, sent: 101_000,
            received: 500, steps: steps)
    }

    static func step(
        _ place: Digest, _ instruction: String, _ verdict: OutcomeReport.Verdict, _ cause: MissCause? = nil,
        changed: [String] = [], seconds: Double = 0, saved: Double = 0, sent: Int = 0
    ) -> OutcomeReport.Step {
        OutcomeReport.Step(
            place: place, stage: "app", instruction: instruction, verdict: verdict, cause: cause,
            reason: cause.map { "because of \($0.rawValue)" }, changed: changed, seconds: seconds, saved: saved,
            sent: sent)
    }
}
