/// One pass over a word, from left to right.
struct ExpansionCursor {
    /// Deeper nesting of `${a:-${b:-…}}` is refused, before the stack ends.
    private static let depthLimit = 50

    private let source: String
    private let escape: Unicode.Scalar
    private let variables: Variables
    private let location: LineLocation
    private var rest: Scalars
    private var undefined: [String] = []
    private var depth = 0

    init(_ source: String, escape: Unicode.Scalar, variables: Variables, location: LineLocation) {
        self.source = source
        self.escape = escape
        self.variables = variables
        self.location = location
        rest = source.scalarRun
    }

    /// Expands the whole word.
    mutating func expand() throws(DockerfileError) -> WordExpander.Expansion {
        var collector = ExpandedWords()
        try expand(until: nil, into: &collector)
        return WordExpander.Expansion(text: collector.text, words: collector.finishedWords, undefined: undefined)
    }

    /// Expands up to `end`, which is taken and not part of the result.
    private mutating func expand(
        until end: Unicode.Scalar?, into collector: inout ExpandedWords
    ) throws(DockerfileError) {
        while let scalar = rest.first {
            if scalar == end {
                rest.removeFirst()
                return
            }
            switch scalar {
            case "'": collector.add(quoted: try singleQuoted())
            case "\"": collector.add(quoted: try doubleQuoted())
            case "$": collector.add(unquoted: try variable())
            case escape:
                rest.removeFirst()
                if let escaped = rest.popFirst() { collector.add(quoted: [escaped]) }
            default:
                rest.removeFirst()
                collector.add(unquoted: [scalar])
            }
        }
        if end != nil { throw missing("}") }
    }

    private mutating func singleQuoted() throws(DockerfileError) -> [Unicode.Scalar] {
        rest.removeFirst()
        guard let end = rest.firstIndex(of: "'") else { throw missing("'") }
        defer { rest = rest[(end + 1)...] }
        return Array(rest[..<end])
    }

    /// Inside double quotes the escape character works before `"`, `$` and itself only.
    private mutating func doubleQuoted() throws(DockerfileError) -> [Unicode.Scalar] {
        rest.removeFirst()
        var result: [Unicode.Scalar] = []
        while let scalar = rest.first {
            switch scalar {
            case "\"":
                rest.removeFirst()
                return result
            case "$":
                result += try variable()
            default:
                rest.removeFirst()
                if scalar == escape, let next = rest.first, next == "\"" || next == "$" || next == escape {
                    rest.removeFirst()
                    result.append(next)
                } else {
                    result.append(scalar)
                }
            }
        }
        throw missing("\"")
    }

    private mutating func variable() throws(DockerfileError) -> [Unicode.Scalar] {
        rest.removeFirst()
        if rest.first == "{" { return try bracedVariable() }
        let name = takeName()
        if name.isEmpty { return ["$"] }
        return Array((value(of: name) ?? "").unicodeScalars)
    }

    private mutating func bracedVariable() throws(DockerfileError) -> [Unicode.Scalar] {
        rest.removeFirst()
        let name = takeName()
        guard let modifier = rest.popFirst() else { throw missing("}") }
        guard !name.isEmpty else { throw malformed("a name must follow `${`") }
        switch modifier {
        case "}": return Array((value(of: name) ?? "").unicodeScalars)
        case ":":
            guard let behind = rest.popFirst() else { throw missing("}") }
            return try alternative(name, modifier: behind, emptyIsUnset: true)
        case "-", "+", "?":
            return try alternative(name, modifier: modifier, emptyIsUnset: false)
        case "#", "%", "/":
            throw location.unsupported(
                """
                `${\(name)\(modifier)…}` in `\(source)` is not supported yet; do the replacement in a RUN, or pass \
                the wanted value as a build argument.
                """)
        default:
            throw malformed("`${\(name)` must be followed by `}`, `:-`, `:+`, `-`, `+` or `?`")
        }
    }

    /// `${name-word}`, `${name+word}`, `${name?message}`; the word is expanded too.
    private mutating func alternative(
        _ name: String, modifier: Unicode.Scalar, emptyIsUnset: Bool
    ) throws(DockerfileError) -> [Unicode.Scalar] {
        guard modifier == "-" || modifier == "+" || modifier == "?" else {
            throw malformed("`${\(name):` must be followed by `-`, `+` or `?`")
        }
        guard depth < Self.depthLimit else { throw malformed("it is nested too deeply") }
        depth += 1
        var collector = ExpandedWords()
        try expand(until: "}", into: &collector)
        depth -= 1
        let value = variables[name]
        let isUnset = value == nil || (emptyIsUnset && value == "")
        switch (modifier, isUnset) {
        case ("-", true), ("+", false): return Array(collector.text.unicodeScalars)
        case ("+", true): return []
        case ("?", true):
            let message = collector.text.isEmpty ? "it has no value" : collector.text
            throw location.unknownName("`\(source)` needs the variable `\(name)`: \(message). Set it with ARG or ENV.")
        default: return Array((value ?? "").unicodeScalars)
        }
    }

    /// A name, a number or one of the shell's special parameters; empty if none follows.
    private mutating func takeName() -> String {
        guard let first = rest.first else { return "" }
        let name: Scalars
        if Self.isDigit(first) {
            name = rest.prefix(while: Self.isDigit)
        } else if "@*#?-$!".unicodeScalars.contains(first) {
            name = rest.prefix(1)
        } else {
            name = rest.prefix { $0 == "_" || Self.isLetter($0) || Self.isDigit($0) }
        }
        rest = rest.dropFirst(name.count)
        return String(scalars: name)
    }

    private mutating func value(of name: String) -> String? {
        let value = variables[name]
        if value == nil { undefined.append(name) }
        return value
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .decimalNumber
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    private func missing(_ mark: String) -> DockerfileError { malformed("the closing `\(mark)` is missing") }

    private func malformed(_ reason: String) -> DockerfileError {
        location.syntax("`\(source)` cannot be expanded: \(reason).")
    }
}

/// Collects expanded text, and beside it the words it splits into.
private struct ExpandedWords {
    private var scalars: [Unicode.Scalar] = []
    private var words: [String] = []
    private var word: [Unicode.Scalar] = []

    var text: String { String(scalars: scalars) }

    var finishedWords: [String] { word.isEmpty ? words : words + [String(scalars: word)] }

    mutating func add(quoted: [Unicode.Scalar]) {
        scalars += quoted
        word += quoted
    }

    mutating func add(unquoted: [Unicode.Scalar]) {
        scalars += unquoted
        for scalar in unquoted {
            if !scalar.isSpace {
                word.append(scalar)
            } else if !word.isEmpty {
                words.append(String(scalars: word))
                word = []
            }
        }
    }
}
