/// Takes the instructions of a Dockerfile apart from its lines, as BuildKit's parser does: comments vanish also
/// between the parts of a continued line, and so do empty lines there (with a warning).
struct LineReader {
    /// Where instructions stand, for messages.
    let file: String
    /// The directives at the top.
    let directives: ParserDirectives
    /// What the user should know about the lines read so far.
    private(set) var warnings: [BuildWarning] = []

    private let text: ArraySlice<UInt8>
    /// Parts of ``text`` without their line ends.
    private let lines: [ArraySlice<UInt8>]
    private var position = 0

    /// - Throws: `syntax` and `unsupported` for a parser directive.
    init(_ bytes: [UInt8], file: String) throws(DockerfileError) {
        self.file = file
        text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
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
                    self.location(of: emptyLine).found(
                        .noEmptyContinuation, "An empty line inside a continued instruction; remove it."))
            }
            guard !text.allSatisfy(\.isSpace) else { continue }
            return LogicalLine(text: String(scalars: text), location: location)
        }
        return nil
    }

    /// The text of line 1.
    var firstLine: String { location(of: 0).text }

    /// Takes the text of a here-document, up to and with the line that ends it.
    /// - Throws: `syntax` when no line ends it, or for bytes that are not text.
    mutating func takeContent(of heredoc: Heredoc, at location: LineLocation) throws(DockerfileError) -> String {
        let first = position
        while position < lines.count {
            let line = lines[position]
            let candidate = heredoc.isIndented ? line.drop { $0 == UInt8(ascii: "\t") } : line
            if candidate.elementsEqual(heredoc.terminator.utf8) {
                let content = text[lines[first].startIndex..<line.startIndex]
                position += 1
                return String(decoding: content, as: UTF8.self)
            }
            try checkText(of: line, at: self.location(of: position))
            position += 1
        }
        throw location.syntax(
            "The here-document is not ended: there is no line `\(heredoc.terminator)` below it.")
    }

    /// A replacement character would silently become part of a command.
    private func checkText(of line: ArraySlice<UInt8>, at location: LineLocation) throws(DockerfileError) {
        guard String(validating: line, as: UTF8.self) != nil, !line.contains(0) else {
            throw location.syntax("The line is not UTF-8 text; save the file as UTF-8.")
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
        try checkText(of: line, at: location)
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
