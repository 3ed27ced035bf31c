/// A table in Markdown.
struct MarkdownTable {
    private(set) var text: String

    /// One without lines.
    init(columns: [String]) {
        text = Self.line(columns) + "|\(String(repeating: "---|", count: columns.count))\n"
    }

    mutating func add(_ cells: [String]) {
        text += Self.line(cells)
    }

    private static func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |\n" }
}
