import Build

/// Draws the steps of a build as SVG, which takes its colours from the page around it.
struct StepPicture {
    private static let width = 280
    private static let height = 50
    private static let columnGap = 56
    private static let rowGap = 26
    private static let margin = 8
    private static let head = 26
    /// So many characters fit into a box.
    private static let charactersMaximum = 32

    private let steps: [StepReport]
    private let layout: StepLayout

    init(_ steps: [StepReport]) {
        self.steps = steps
        layout = StepLayout(steps)
    }

    /// The element; empty when there are no steps.
    var svg: String {
        if steps.isEmpty { return "" }
        let size = (x: Self.x(layout.columns.count) - Self.columnGap + Self.margin, y: Self.y(layout.rowCount))
        let parts = layout.columns.enumerated().map(head) + layout.arrows.map(arrow) + layout.boxes.map(box)
        return """
            <svg class="steps" role="img" aria-label="The steps of the build" width="\(size.x)" height="\(size.y)" \
            viewBox="0 0 \(size.x) \(size.y)" xmlns="http://www.w3.org/2000/svg">
            \(parts.filter { !$0.isEmpty }.joined(separator: "\n"))
            </svg>
            """
    }

    private static func x(_ column: Int) -> Int { margin + column * (width + columnGap) }
    private static func y(_ row: Int) -> Int { head + row * (height + rowGap) }

    private func head(_ column: Int, _ stage: String?) -> String {
        guard let stage else { return "" }
        let text = Self.shortened("stage \(stage)")
        return "<text class=\"head\" x=\"\(Self.x(column))\" y=\"16\">\(MarkupText.escaped(text))</text>"
    }

    private func box(_ box: StepLayout.Box) -> String {
        let (x, y) = (Self.x(box.column), Self.y(box.row))
        let (style, title, lines) = label(of: box.item)
        let text = lines.enumerated().map { number, line in
            let style = number == 0 ? "name" : "note"
            return "<text class=\"\(style)\" x=\"\(x + 10)\" y=\"\(y + 20 + 18 * number)\">"
                + MarkupText.escaped(Self.shortened(line)) + "</text>"
        }
        return """
            <g class="\(style)"><title>\(MarkupText.escaped(title))</title>\
            <rect x="\(x)" y="\(y)" width="\(Self.width)" height="\(Self.height)" rx="6"/>\(text.joined())</g>
            """
    }

    private func label(of item: StepLayout.Item) -> (style: String, title: String, lines: [String]) {
        switch item {
        case .image(let name): return ("image", name, [name, "image"])
        case .step(let position):
            let step = steps[position]
            let note = [step.verdict.rawValue, BuildReport.time(of: step)].filter { !$0.isEmpty }
            let title = [step.instruction, step.reason ?? ""].filter { !$0.isEmpty }
            return (
                step.verdict.rawValue, title.joined(separator: "\n"), [step.instruction, note.joined(separator: " · ")]
            )
        }
    }

    private func arrow(_ arrow: StepLayout.Arrow) -> String {
        guard let from = layout[arrow.from], let to = layout[arrow.to] else { return "" }
        // What is copied enters beside what is stood on.
        let aside = arrow.isCopy ? 40 : 0
        let start = (x: Self.x(from.column) + Self.width / 2 + aside, y: Self.y(from.row) + Self.height)
        let end = (x: Self.x(to.column) + Self.width / 2 + aside, y: Self.y(to.row))
        // Across between two rows: below where it comes from, since a stage has nothing above its first step; or above where it
        // goes, since what is copied from is mostly the end of its stage.
        let across = arrow.isCopy ? end.y - Self.rowGap / 2 : start.y + Self.rowGap / 2
        return """
            <path class="\(arrow.isCopy ? "copy" : "stands")" d="M\(start.x) \(start.y)V\(across)H\(end.x)V\(end.y)"/>
            """
    }

    private static func shortened(_ text: String) -> String {
        text.count <= charactersMaximum ? text : text.prefix(charactersMaximum - 1) + "…"
    }
}
