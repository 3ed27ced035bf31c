import Build

/// A report as a short Markdown text, for the summary of a job or a comment on a merge request: what was saved, and why the
/// rest was not.
struct ReportNote {
    private let report: BuildReport
    /// So many of the steps that were run are named, those that took longest.
    private static let rowsMaximum = 10
    private static let failureMaximum = 2000

    init(_ report: BuildReport) {
        self.report = report
    }

    /// The text, with a newline at its end.
    var text: String {
        var parts = ["### Larder: \(report.title)", facts]
        if let failure = report.failure { parts.append(Self.block(String(failure.prefix(Self.failureMaximum)))) }
        parts += [misses, allSteps].filter { !$0.isEmpty }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private var facts: String {
        report.facts.map { "\($0.name): \(Self.code($0.value))" }.joined(separator: " · ")
    }

    /// Those that were run, the longest first.
    private var misses: String {
        let run = report.outcome.steps.filter { $0.verdict == .run || $0.verdict == .failed }
            .sorted { $0.seconds > $1.seconds }
        if run.isEmpty { return "" }
        var lines = ["| Step that was run | Time | Why |", "|---|---:|---|"]
        lines += run.prefix(Self.rowsMaximum).map { step in
            let reason = step.verdict == .failed ? "failed" : Self.cell(step.reason ?? "")
            return "| \(Self.name(of: step)) | \(BuildReport.time(of: step)) | \(reason) |"
        }
        if run.count > Self.rowsMaximum { lines.append("| and \(run.count - Self.rowsMaximum) more | | |") }
        return lines.joined(separator: "\n")
    }

    private var allSteps: String {
        let steps = report.outcome.steps
        if steps.isEmpty { return "" }
        var lines = [
            "<details><summary>\(steps.count == 1 ? "The step" : "All \(steps.count) steps")</summary>", "",
            "| Step | | Time |", "|---|---|---:|",
        ]
        lines += steps.map { step in
            "| \(Self.name(of: step)) | \(step.verdict.rawValue) | \(BuildReport.time(of: step)) |"
        }
        return (lines + ["", "</details>"]).joined(separator: "\n")
    }

    private static func name(of step: StepReport) -> String {
        "\(cell(step.stage)) \(code(shortened(step.instruction)))"
    }

    private static func shortened(_ text: String) -> String {
        text.count <= 80 ? text : text.prefix(79) + "…"
    }

    /// Text as code, also where it has backticks, and in a cell of a table.
    private static func code(_ text: String) -> String {
        let line = line(text).replacing("|", with: "\\|")
        guard line.contains("`") else { return "`\(line)`" }
        let longest = line.split(whereSeparator: { $0 != "`" }).map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: longest + 1)
        return "\(fence) \(line) \(fence)"
    }

    /// Text of which nothing is taken for Markdown.
    private static func cell(_ text: String) -> String {
        var cell = ""
        for character in line(text) {
            if #"\`*_[]<>|#&~"#.contains(character) { cell.append("\\") }
            cell.append(character)
        }
        return cell
    }

    private static func line(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    private static func block(_ text: String) -> String {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { "    " + $0 }
            .joined(separator: "\n")
    }
}
