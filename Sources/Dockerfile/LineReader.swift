/// Takes the instructions of a Dockerfile apart from its lines, as BuildKit's parser does: comments vanish also
/// between the parts of a continued line, and so do empty lines there (with a warning).
struct LineReader {
    /// Where instructions stand, for messages.
    let file: String
    /// The directives at the top.
    let directives: ParserDirectives
    /// What the user should know about the lines read so far.
    private(set) var warnings: [String] = []

    private let lines: [ArraySlice<UInt8>]
    private var position = 0

    /// - Throws: `syntax` and `unsupported` for a parser directive.
    init(_ bytes: [UInt8], file: String) throws(DockerfileError) {
        self.file = file
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            var line = line
            while line.last == UInt8(ascii: "\r") { line.removeLast() }
            return line
        }
        directives = try ParserDirectives(lines: lines, file: file)
    }

    /// The next instruction; `nil` at the end.
    /// - Throws: `syntax` for bytes that are not text.
    mutating func next() throws(DockerfileError) -> LogicalLine? {
        while position < lines.count {
            let location = location(of: position)
            guard let first = try takeLine() else { continue }
            var text = first.trimmedLeft
            var emptyLine: Int?
            var isContinued = dropContinuation(of: &text)
            if text.isEmpty, !isContinued { continue }
            while isContinued, position < lines.count {
                let number = position
                guard var part = try takeLine() else { continue }
                if part.allSatisfy(\.isSpace) {
                    emptyLine = number
                    continue
                }
                isContinued = dropContinuation(of: &part)
                text += part
            }
            if let emptyLine {
                warnings.append(
                    self.location(of: emptyLine).warning("An empty line inside a continued instruction; remove it."))
            }
            guard !text.allSatisfy(\.isSpace) else { continue }
            return LogicalLine(text: String(scalars: text), location: location)
        }
        return nil
    }

    /// The text of line 1.
    var firstLine: String { location(of: 0).text }

    /// Whether one of the lines not read yet is `text`, leading tabs aside if `indented`.
    func hasLine(_ text: String, indented: Bool) -> Bool {
        lines[position...].contains { line in
            (indented ? line.drop { $0 == UInt8(ascii: "\t") } : line).elementsEqual(text.utf8)
        }
    }

    private func location(of position: Int) -> LineLocation {
        LineLocation(file: file, line: position + 1, text: String(decoding: lines[position], as: UTF8.self))
    }

    /// Reads one physical line; `nil` for a comment.
    private mutating func takeLine() throws(DockerfileError) -> Scalars? {
        let line = lines[position]
        let location = location(of: position)
        position += 1
        let text = location.text.scalarRun
        if text.trimmedLeft.first == "#" { return nil }
        // A replacement character would silently become part of a command.
        guard String(validating: line, as: UTF8.self) != nil, !line.contains(0) else {
            throw location.syntax("The line is not UTF-8 text; save the file as UTF-8.")
        }
        return text
    }

    /// Takes a continuation character and blanks behind it off; two escape characters are not a continuation.
    private func dropContinuation(of line: inout Scalars) -> Bool {
        var end = line
        while let last = end.last, last == " " || last == "\t" { end.removeLast() }
        guard end.popLast() == directives.escape, end.last != directives.escape else { return false }
        line = end
        return true
    }
}
