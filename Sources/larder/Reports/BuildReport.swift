import Build
import CacheAPI
import Chunking
import OCI

/// What `--report` tells about a build that ended, well or not.
struct BuildReport {
    var outcome: BuildOutcome
    /// The names under which the server has the image, with its host.
    var names: [String]
    /// The scope that steps were recorded in, and what it follows from.
    var scope: ScopeName
    var scopeReason: String
    /// Body bytes from and to servers.
    var down: Int
    var up: Int

    /// Why the build failed; `nil` when it did not.
    var failure: String? { outcome.error.map { "\($0)" } }

    /// What stands above a report.
    var title: String {
        let steps = outcome.steps.count { $0.verdict != .skipped }
        let hits = "\(outcome.hitCount) of \(steps) \(steps == 1 ? "step" : "steps") reused"
        if outcome.error != nil { return "build failed, \(hits)" }
        guard outcome.savedSeconds >= 0.05 else { return hits }
        return "\(hits), \(Self.seconds(outcome.savedSeconds)) saved"
    }

    /// The facts about the whole build: what each is, and its value.
    var facts: [(name: String, value: String)] {
        var facts: [(String, String)] = []
        if !names.isEmpty, outcome.image != nil { facts.append(("Image", names.joined(separator: ", "))) }
        if let id = outcome.image?.digest ?? outcome.id { facts.append(("Digest", "\(id)")) }
        facts.append(("Time", Self.seconds(outcome.seconds)))
        facts.append(("Saved", Self.seconds(outcome.savedSeconds)))
        facts.append(("Fetched", ByteText.megabytes(down)))
        facts.append(("Sent", ByteText.megabytes(up)))
        facts.append(("Scope", "\(scope) (\(scopeReason))"))
        return facts
    }

    /// How long a step took: here, or, for a hit, when it was made.
    static func time(of step: StepReport) -> String {
        switch step.verdict {
        case .hit: step.saved > 0 ? "saved \(seconds(step.saved))" : ""
        case .skipped: ""
        case .run, .failed: seconds(step.seconds)
        }
    }

    /// As in `1.5 s` or `2 min 5 s`.
    static func seconds(_ value: Double) -> String {
        guard value >= 59.95 else { return ByteText.fixed(value, 1) + " s" }
        let whole = Int(value.rounded())
        return "\(whole / 60) min \(whole % 60) s"
    }

    /// The report in the form that is asked for, with a newline at its end.
    func text(_ form: ReportFlag.Form) throws -> [UInt8] {
        switch form {
        case .html: Array(ReportPage(self).text.utf8)
        case .md: Array(ReportNote(self).text.utf8)
        case .json: try JSONDocument.encode(ReportDocument(self)) + [UInt8(ascii: "\n")]
        }
    }
}
