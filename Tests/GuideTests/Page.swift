/// A page in Markdown: what readers can copy from it.
struct Page {
    /// A block between lines of three backquotes.
    struct Block: Equatable {
        /// What is written behind the first of them.
        let language: String
        let line: Int
        let text: [String]
        /// Why the test does not execute it, as a comment before it says: `<!-- test: not run, REASON -->`.
        let reason: String?
    }

    /// Code in a line, or an indented line.
    struct Span: Equatable {
        let text: String
        let line: Int
    }

    /// Its path in the repository.
    let path: String
    let blocks: [Block]
    let spans: [Span]

    private static let marker = "<!-- test: not run, "

    init(path: String, _ text: String) {
        self.path = path
        var (blocks, spans) = ([Block](), [Span]())
        var paragraph: (lines: [Substring], start: Int) = ([], 1)
        var reason: String?
        var open: (language: String, line: Int, text: [String])?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.drop { $0 == " " }
            if let block = open {
                if words == "```" {
                    blocks.append(Block(language: block.language, line: block.line, text: block.text, reason: reason))
                    (open, reason) = (nil, nil)
                } else {
                    open?.text.append(String(line))
                }
                continue
            }
            if words.hasPrefix(Self.marker), words.hasSuffix(" -->") {
                reason = String(words.dropFirst(Self.marker.count).dropLast(" -->".count))
            } else if words.hasPrefix("```") {
                open = (String(words.dropFirst(3)), index + 1, [])
            } else if line.hasPrefix("    ") {
                spans.append(Span(text: String(words), line: index + 1))
            }
            if words.isEmpty || words.hasPrefix("```") || words.hasPrefix("|") || words.hasPrefix("- ") {
                spans += Self.code(in: paragraph.lines, from: paragraph.start)
                paragraph = ([], index + 1)
            }
            if !words.hasPrefix("```") { paragraph.lines.append(line) }
        }
        self.blocks = blocks
        self.spans = spans + Self.code(in: paragraph.lines, from: paragraph.start)
    }

    /// What is between backquotes in a paragraph; it may go on in its next line.
    private static func code(in lines: [Substring], from start: Int) -> [Span] {
        var line = start
        var spans: [Span] = []
        for (index, part) in lines.joined(separator: "\n").split(separator: "`", omittingEmptySubsequences: false)
            .enumerated()
        {
            if !index.isMultiple(of: 2), !part.isEmpty {
                spans.append(Span(text: String(part).replacing("\n", with: " "), line: line))
            }
            line += part.count { $0 == "\n" }
        }
        return spans
    }
}
