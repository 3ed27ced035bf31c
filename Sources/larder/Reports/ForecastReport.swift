import Build
import CacheAPI
import Chunking
import OCI

/// What `larder plan` and `larder explain` print. The keys of the JSON object are a promise to scripts.
struct ForecastReport: Encodable {
    /// One filesystem step.
    struct Step: Encodable {
        let stage: String
        let instruction: String
        let line: Int
        /// Absent when it is not known yet.
        let key: Digest?
        /// `hit`, `miss`, `building` or `unknown`.
        let verdict: String
        /// For a hit: the scope that has it.
        let scope: String?
        /// For a hit: when it was built.
        let created: String?
        /// For a hit: how long it took.
        let seconds: Double?
        /// For a hit: who wrote it, as the server knows.
        let author: RecordAuthor?
        /// For a miss that was explained: why.
        let reason: String?
    }

    let project: String
    /// Where steps are looked up, the build's own scope first.
    let scopes: [String]
    /// What the scopes follow from.
    let scopeReason: String
    let steps: [Step]

    init(_ steps: [StepForecast], _ order: BuildOrder) {
        project = order.project.description
        scopes = ([order.request.scope] + order.request.baseScopes).map(\.description)
        scopeReason = order.scopeReason
        self.steps = steps.map { step in
            Step(
                stage: step.stage, instruction: step.instruction, line: step.line, key: step.key,
                verdict: step.verdict.rawValue, scope: step.scope?.description,
                created: step.created.map { Timestamp.text(seconds: $0) }, seconds: step.seconds, author: step.author,
                reason: step.reason)
        }
    }

    /// The object.
    func json() throws -> String { String(decoding: try JSONDocument.encode(self), as: UTF8.self) }

    /// For people: each step with its key, and what would become of it.
    var text: String {
        let lines = steps.map { step -> String in
            let key = step.key.map { String($0.hex.prefix(12)) } ?? String(repeating: "-", count: 12)
            let verdict = step.verdict.uppercased()
            let padding = String(repeating: " ", count: max(0, 8 - verdict.count))
            var line = "\(verdict)\(padding) \(key)  [\(step.stage)] \(step.instruction)"
            if let scope = step.scope, let created = step.created {
                let author = step.author.flatMap { $0.identity == "anonymous" ? nil : ", \($0.identity)" } ?? ""
                line += "  (\(scope), \(created)\(author))"
            }
            return line
        }
        return (lines + [summary]).joined(separator: "\n")
    }

    /// For people: each step that would be built, and why.
    var explanation: String {
        let lines = steps.filter { $0.verdict != "hit" }.map { step -> String in
            let reason: String? =
                step.verdict == "unknown"
                ? "depends on a stage that has to be built first"
                : step.verdict == "building"
                    ? "another build makes it now" : step.reason
            return
                "\(step.verdict.uppercased()) line \(step.line) [\(step.stage)] \(step.instruction)\n  \(reason ?? "")"
        }
        return (lines + [summary]).joined(separator: "\n")
    }

    private var summary: String {
        let hits = steps.count { $0.verdict == "hit" }
        return """
            \(steps.count) \(steps.count == 1 ? "step" : "steps"), \(hits) hit, in project \(project), \
            scope \(scopes.joined(separator: ", then ")) (\(scopeReason))
            """
    }
}
