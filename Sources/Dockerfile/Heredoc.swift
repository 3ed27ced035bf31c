/// A here-document (`RUN <<EOF`): text below an instruction that belongs to it.
struct Heredoc: Hashable, Sendable {
    /// The line that ends the text; of COPY and ADD the name of the file.
    let terminator: String
    /// Whether tabs in front of lines are dropped (`<<-`).
    let isIndented: Bool
    /// Whether the name has quotes: then nothing in the text is expanded.
    let isQuoted: Bool
    /// The lines between the instruction and ``terminator``, with their line ends.
    var content = ""

    /// ``content`` as it is meant: without the tabs that `<<-` drops.
    var text: String {
        guard isIndented else { return content }
        var isAtStart = true
        return String(
            scalars: content.unicodeScalars.lazy.filter { scalar in
                if isAtStart, scalar == "\t" { return false }
                isAtStart = scalar == "\n"
                return true
            })
    }

    /// The here-documents that `line`, a whole RUN, COPY or ADD, begins, in order and without their text.
    static func all(in line: String) -> [Heredoc] {
        guard line.utf8.contains(UInt8(ascii: "<")) else { return [] }
        return words(of: line.scalarRun).compactMap(Heredoc.init(word:))
    }

    /// `word`, if it is a here-document and nothing more.
    init?(only word: Scalars) {
        let words = Self.words(of: word.trimmed)
        guard words.count == 1 else { return nil }
        self.init(word: words[0])
    }

    /// `[digits]<<[-][blanks]name`, the name perhaps in quotes.
    private init?(word: Scalars) {
        var rest = word.drop { ("0"..."9").contains($0) }
        guard rest.popFirst() == "<", rest.popFirst() == "<" else { return nil }
        isIndented = rest.first == "-"
        if isIndented { rest.removeFirst() }
        rest = rest.trimmedLeft
        guard !rest.isEmpty, !rest.contains("<") else { return nil }
        terminator = Self.withoutQuotes(rest)
        guard !terminator.isEmpty else { return nil }
        isQuoted = !terminator.unicodeScalars.elementsEqual(rest)
    }

    /// Shell words with their quotes; blanks behind `<<` belong to the word.
    private static func words(of line: Scalars) -> [Scalars] {
        var words: [Scalars] = []
        var start = line.startIndex
        var index = line.startIndex
        var quote: Unicode.Scalar?
        while index < line.endIndex {
            let scalar = line[index]
            if scalar == "\\", quote != "'" {
                index += 1
            } else if let open = quote {
                if scalar == open { quote = nil }
            } else if scalar == "'" || scalar == "\"" {
                quote = scalar
            } else if scalar == "<", line[index...].starts(with: ["<", "<"]) {
                index += 1
                while index + 1 < line.endIndex, line[index + 1].isBlank { index += 1 }
            } else if scalar.isSpace {
                if start < index { words.append(line[start..<index]) }
                start = index + 1
            }
            index += 1
        }
        // As in BuildKit a line whose quotes do not match has no here-document.
        if quote != nil { return [] }
        if start < line.endIndex { words.append(line[start...]) }
        return words
    }

    private static func withoutQuotes(_ word: Scalars) -> String {
        var plain: [Unicode.Scalar] = []
        var quote: Unicode.Scalar?
        var rest = word
        while let scalar = rest.popFirst() {
            if scalar == quote {
                quote = nil
            } else if quote == nil, scalar == "'" || scalar == "\"" {
                quote = scalar
            } else if scalar == "\\", quote != "'" {
                if let escaped = rest.popFirst() { plain.append(escaped) }
            } else {
                plain.append(scalar)
            }
        }
        return String(scalars: plain)
    }
}
