/// Reports as one page that needs nothing besides.
public struct ReplayPage: Sendable {
    /// The HTML.
    public let text: String

    /// Makes the page.
    public init(_ reports: [ReplayReport]) {
        let sections = reports.map { report in
            let notes = report.notes.map { "<li>\(LineChart.escaped($0))</li>" }.joined()
            let charts = report.charts.map { "<figure>\($0.chart.svg)</figure>" }.joined(separator: "\n")
            return """
                <section><h2>\(LineChart.escaped(report.heading))</h2>
                <ul>\(notes)</ul>
                \(Self.table(report.results))
                \(charts)
                \(Self.reasons(report.results))
                </section>
                """
        }
        text = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>What caches would have saved</title>
            <style>
            :root { color-scheme: light dark }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
            table { border-collapse: collapse; width: 100% }
            th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid #8884 }
            th:first-child, td:first-child { text-align: left }
            figure { margin: 1.5rem 0 } svg { width: 100%; height: auto }
            .wide { overflow-x: auto }
            </style></head><body>
            <h1>What caches would have saved</h1>
            \(sections.joined(separator: "\n"))
            </body></html>

            """
    }

    private static func table(_ results: [ReplayResult]) -> String {
        let rows = results.map { result in
            """
            <tr><td title="\(result.policy.rawValue)">\(LineChart.escaped(result.policy.summary))</td>\
            <td>\(ByteText.percent(result.hitRate))</td><td>\(ByteText.percent(result.byteHitRate))</td>\
            <td>\(ByteText.seconds(result.secondsSaved)) of \(ByteText.seconds(result.seconds))</td>\
            <td>\(ByteText.bytes(result.storedBytes))</td><td>\(ByteText.bytes(result.sentBytes))</td>\
            <td>\(ByteText.bytes(result.receivedBytes))</td></tr>
            """
        }
        return """
            <div class="wide"><table><thead><tr><th>cache</th><th>steps hit</th><th>bytes hit</th><th>time saved</th>\
            <th>stored</th><th>sent</th><th>received</th></tr></thead><tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>
            """
    }

    private static func reasons(_ results: [ReplayResult]) -> String {
        let names = Set(results.flatMap(\.reasons.keys)).sorted()
        let head = results.map { "<th>\($0.policy.rawValue)</th>" }.joined()
        let rows = names.map { name in
            let cells = results.map { "<td>\($0.reasons[name, default: 0])</td>" }.joined()
            return "<tr><td>\(LineChart.escaped(name))</td>\(cells)</tr>"
        }
        return """
            <h3>Why steps were executed</h3>
            <div class="wide"><table><thead><tr><th></th>\(head)</tr></thead><tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>
            """
    }
}
