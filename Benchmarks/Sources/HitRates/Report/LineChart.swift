/// A chart of lines over the same steps, as SVG.
public struct LineChart: Sendable {
    /// A line.
    struct Line: Sendable {
        let name: String
        let values: [Double]
    }

    private static let (width, height) = (860.0, 340.0)
    private static let (left, right, top, bottom) = (70.0, 210.0, 36.0, 40.0)
    /// Told apart also by people who see few colours (Okabe and Ito, 2008), and by dashes where there are more lines.
    private static let colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#666666"]
    private static let dashes = ["", "6 3", "2 3"]

    let title: String
    let lines: [Line]
    /// What values are called on the axis.
    let label: @Sendable (Double) -> String
    /// The highest value; `nil` for the highest of the lines.
    var maximum: Double?

    /// The chart; it needs nothing besides.
    public var svg: String {
        let highest = max(maximum ?? lines.flatMap(\.values).max() ?? 0, .leastNonzeroMagnitude)
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img" \
            font-family="sans-serif" font-size="12"><title>\(Self.escaped(title))</title>
            <text x="\(Int(Self.left))" y="20" font-size="14" font-weight="bold" fill="currentColor">\(Self.escaped(title))</text>
            """
        ]
        for step in 0...4 {
            let share = Double(step) / 4
            let y = Self.text(Self.y(share))
            parts.append(
                """
                <line x1="\(Int(Self.left))" x2="\(Int(Self.width - Self.right))" y1="\(y)" y2="\(y)" stroke="currentColor" \
                stroke-opacity="0.2"/><text x="\(Int(Self.left - 8))" y="\(y)" dy="4" text-anchor="end" \
                fill="currentColor">\(Self.escaped(label(highest * share)))</text>
                """)
        }
        for (number, line) in lines.enumerated() { parts.append(svg(of: line, number, highest)) }
        parts.append(
            """
            <text x="\(Int((Self.left + Self.width - Self.right) / 2))" y="\(Int(Self.height - 12))" text-anchor="middle" \
            fill="currentColor">builds of the default branch</text></svg>
            """)
        return parts.joined(separator: "\n")
    }

    private func svg(of line: Line, _ number: Int, _ highest: Double) -> String {
        let colour = Self.colours[number % Self.colours.count]
        let dash = Self.dashes[number / Self.colours.count % Self.dashes.count]
        let style =
            "fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\""
            + (dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"")
        let points = line.values.enumerated().map { index, value in
            let x =
                Self.left + (Self.width - Self.left - Self.right) * Double(index)
                / Double(max(1, line.values.count - 1))
            return "\(Self.text(x)),\(Self.text(Self.y(value / highest)))"
        }
        let y = Self.top + 14 + Double(number) * 18
        let x = Self.width - Self.right + 12
        return """
            <polyline points="\(points.joined(separator: " "))" \(style)/>
            <line x1="\(Int(x))" x2="\(Int(x + 24))" y1="\(Int(y))" y2="\(Int(y))" \(style)/>
            <text x="\(Int(x + 30))" y="\(Int(y))" dy="4" fill="currentColor">\(Self.escaped(line.name))</text>
            """
    }

    private static func y(_ share: Double) -> Double { height - bottom - (height - top - bottom) * share }

    private static func text(_ value: Double) -> String { ByteText.decimal(value, 1) }

    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
