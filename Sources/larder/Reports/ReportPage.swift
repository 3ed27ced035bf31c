import Build

/// A report as one HTML page that needs nothing else: no script, no other file.
struct ReportPage {
    private let report: BuildReport

    init(_ report: BuildReport) {
        self.report = report
    }

    /// The page, with a newline at its end.
    var text: String {
        let name = report.names.first ?? "build"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(MarkupText.escaped("\(name): \(report.title)"))</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <h1>\(MarkupText.escaped(report.title.prefix(1).uppercased() + report.title.dropFirst()))</h1>
            <dl>\(report.facts.map(Self.fact).joined())</dl>
            \(failure)\(steps)
            </body>
            </html>

            """
    }

    private var failure: String {
        guard let failure = report.failure else { return "" }
        return "<pre class=\"failure\">\(MarkupText.escaped(failure))</pre>\n"
    }

    private var steps: String {
        if report.outcome.steps.isEmpty { return "<p>No step was begun.</p>" }
        return """
            <h2>Steps</h2>
            <p class="legend"><span class="hit">hit: reused</span> <span class="run">run: made here</span> \
            <span class="failed">failed</span> <span class="skipped">skipped: nothing needed it</span> \
            A line: stands on. A dashed line: takes files from.</p>
            <div class="wide">\(StepPicture(report.outcome.steps).svg)</div>
            <h2>In the order of the Dockerfile</h2>
            <div class="wide"><table>
            <thead><tr><th>Line</th><th>Stage</th><th>Instruction</th><th>What became of it</th><th>Time</th>\
            <th>Sent</th><th>Why it was run</th></tr></thead>
            <tbody>
            \(report.outcome.steps.map(Self.row).joined(separator: "\n"))
            </tbody>
            </table></div>
            """
    }

    private static func fact(_ fact: (name: String, value: String)) -> String {
        "<div><dt>\(MarkupText.escaped(fact.name))</dt><dd>\(MarkupText.escaped(fact.value))</dd></div>"
    }

    private static func row(_ step: StepReport) -> String {
        let verdict = step.verdict.rawValue
        let cells = [
            cell("number", step.line > 0 ? "\(step.line)" : ""), cell("", step.stage), cell("code", step.instruction),
            "<td><span class=\"\(verdict)\">\(verdict)</span></td>", cell("number", BuildReport.time(of: step)),
            cell("number", step.bytes > 0 ? ByteText.megabytes(step.bytes) : ""), cell("", step.reason ?? ""),
        ]
        return "<tr>\(cells.joined())</tr>"
    }

    private static func cell(_ style: String, _ text: String) -> String {
        "<td class=\"\(style)\">\(MarkupText.escaped(text))</td>"
    }

    private static let style = """
        :root { color-scheme: light dark; --back: #fff; --text: #1c1e21; --faint: #5f6670; --line: #c9ced6;
          --hit: #dcf3e2; --hit-line: #2c7a45; --run: #fff0d0; --run-line: #95630a; --failed: #fde0de; --failed-line: #b3261e;
          --skipped: #f0f1f3; --image: #e4ecfb; --image-line: #3b62b5; }
        @media (prefers-color-scheme: dark) { :root { --back: #16181c; --text: #e8eaed; --faint: #a2a9b4; --line: #464c56;
          --hit: #173a24; --hit-line: #5cc27c; --run: #40300c; --run-line: #e0ae4a; --failed: #4a1b18; --failed-line: #f28b82;
          --skipped: #24272c; --image: #1d2b47; --image-line: #86a8f0; } }
        body { margin: 0 auto; max-width: 90rem; padding: 1rem; background: var(--back); color: var(--text);
          font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.5rem; margin: .5rem 0 1rem; } h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; }
        dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 0; } dt { color: var(--faint); font-size: .85rem; }
        dd { margin: 0; overflow-wrap: anywhere; }
        .failure { border-left: 4px solid var(--failed-line); background: var(--failed); padding: .75rem; white-space: pre-wrap; }
        .wide { overflow-x: auto; }
        .legend { color: var(--faint); font-size: .9rem; }
        span { padding: .05rem .35rem; border-radius: .3rem; }
        span.hit { background: var(--hit); color: var(--text); }
        span.run { background: var(--run); color: var(--text); }
        span.failed { background: var(--failed); color: var(--text); }
        span.skipped { background: var(--skipped); color: var(--text); }
        svg.steps { max-width: none; } svg text { fill: var(--text); font: 13px ui-monospace, monospace; }
        svg .head { font: 600 13px system-ui, sans-serif; } svg .note { fill: var(--faint); font-size: 12px; }
        svg rect { fill: var(--skipped); stroke: var(--line); }
        svg .hit rect { fill: var(--hit); stroke: var(--hit-line); } svg .run rect { fill: var(--run); stroke: var(--run-line); }
        svg .failed rect { fill: var(--failed); stroke: var(--failed-line); stroke-width: 2; }
        svg .image rect { fill: var(--image); stroke: var(--image-line); }
        svg path { fill: none; stroke: var(--faint); stroke-width: 1.5; } svg path.copy { stroke-dasharray: 5 4; }
        table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem;
          border-bottom: 1px solid var(--line); } th { color: var(--faint); font-weight: 600; font-size: .85rem; }
        td.number { text-align: right; white-space: nowrap; } td.code { font: 13px/1.5 ui-monospace, monospace; min-width: 18rem;
          overflow-wrap: anywhere; }
        """
}
