/// Text for a shell, as simple commands of words without quotes. Reads what documentation has, and is no shell: variables stay as they are,
/// redirections are left out, and here-documents are skipped.
struct ShellText {
    /// The commands, those in `$(…)` before the one around them.
    private(set) var commands: [[String]] = []

    private var words: [String] = []
    private var word: String?
    private var quote: Character?
    private var outer: [(words: [String], word: String?, quote: Character?)] = []
    private var hereDocument: String?

    init(_ lines: [String]) {
        for line in lines {
            if let end = hereDocument {
                if line == end { hereDocument = nil }
                continue
            }
            let goesOn = read(line)
            if quote == nil, !goesOn { endCommand() }
        }
        endCommand()
    }

    /// Reads a line; gives whether the command goes on in the next.
    private mutating func read(_ line: String) -> Bool {
        var rest = line[...]
        while let character = rest.popFirst() {
            switch character {
            case "\\" where quote != "'":
                guard let next = rest.popFirst() else { return true }
                word = (word ?? "") + String(next)
            case "'", "\"":
                if quote == nil {
                    (quote, word) = (character, word ?? "")
                } else if quote == character {
                    quote = nil
                } else {
                    word?.append(character)
                }
            case "$" where quote != "'" && rest.first == "(":
                rest.removeFirst()
                outer.append((words, word ?? "", quote))
                (words, word, quote) = ([], nil, nil)
            case ")" where quote == nil:
                endCommand()
                if let last = outer.popLast() { (words, word, quote) = last }
            case _ where quote != nil: word?.append(character)
            case "#" where word == nil: return false
            case " ": endWord()
            case ";", "&", "|", "(", "{", "}": endCommand()
            case "<", ">": skipRedirection(&rest)
            default: word = (word ?? "") + String(character)
            }
        }
        endWord()
        return false
    }

    private mutating func skipRedirection(_ rest: inout Substring) {
        // A descriptor's number belongs to it.
        if word?.allSatisfy(\.isNumber) == true { word = nil }
        endWord()
        let isHereDocument = rest.hasPrefix("<")
        rest = rest.drop { "<>& ".contains($0) }
        let target = rest.prefix { !" ;|&)".contains($0) }
        rest = rest.dropFirst(target.count)
        if isHereDocument { hereDocument = target.filter { $0 != "'" && $0 != "\"" } }
    }

    private mutating func endWord() {
        if let word { words.append(word) }
        word = nil
    }

    private mutating func endCommand() {
        endWord()
        let command = words.drop { $0.isAssignment || Self.prefixes.contains($0) }
        if !command.isEmpty { commands.append(Array(command)) }
        words = []
    }

    /// Words behind which a command begins.
    private static let prefixes: Set<String> = [
        "!", "$", "if", "then", "do", "while", "until", "exec", "sudo", "time", "env",
    ]
}

extension String {
    /// Whether it is `NAME=…`.
    fileprivate var isAssignment: Bool {
        guard let sign = firstIndex(of: "="), let first = first, !first.isNumber else { return false }
        return self[..<sign].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } && sign != startIndex
    }
}
