/// One pass over a word, from left to right.
struct ExpansionCursor {
    /// Deeper nesting of `${a:-${b:-…}}` is refused, before the stack ends.
    private static let depthLimit = 50

    private let source: String
    private let escape: Unicode.Scalar
    private let variables: Variables
    private let location: LineLocation
    private let form: WordExpander.Form
    /// Whether escape characters stay in the result, as patterns need them.
    private var keepsEscapes = false
    private var rest: Scalars
    private var undefined: [String] = []
    private var depth = 0

    init(
        _ source: String, escape: Unicode.Scalar, form: WordExpander.Form, variables: Variables,
        location: LineLocation
    ) {
        self.form = form
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
            case "'" where form == .word: collector.add(quoted: try singleQuoted())
            case "\"" where form == .word: collector.add(quoted: try doubleQuoted())
            case "$": collector.add(unquoted: try variable())
            case escape:
                rest.removeFirst()
                let kept: [Unicode.Scalar] = keepsEscapes ? [escape] : []
                collector.add(quoted: kept + [rest.popFirst()].compactMap(\.self))
            default:
                rest.removeFirst()
                collector.add(unquoted: [scalar])
            }
        }
        if let end { throw missing(String(end)) }
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
                if scalar == escape, keepsEscapes { result.append(escape) }
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
        case "#", "%": return try trimmed(name, modifier)
        case "/": return try replaced(name)
        default:
            throw malformed("`${\(name)` must be followed by `}`, `:-`, `:+`, `:?`, `-`, `+`, `?`, `#`, `%` or `/`")
        }
    }

    /// `${name-word}`, `${name+word}`, `${name?message}`; the word is expanded too.
    private mutating func alternative(
        _ name: String, modifier: Unicode.Scalar, emptyIsUnset: Bool
    ) throws(DockerfileError) -> [Unicode.Scalar] {
        guard modifier == "-" || modifier == "+" || modifier == "?" else {
            throw malformed("`${\(name):` must be followed by `-`, `+` or `?`")
        }
        let word = try nested(until: "}")
        let value = variables[name]
        let isUnset = value == nil || (emptyIsUnset && value == "")
        switch (modifier, isUnset) {
        case ("-", true), ("+", false): return Array(word.unicodeScalars)
        case ("+", true): return []
        case ("?", true):
            let message = word.isEmpty ? "it has no value" : word
            throw location.unknownName("`\(source)` needs the variable `\(name)`: \(message). Set it with ARG or ENV.")
        default: return Array((value ?? "").unicodeScalars)
        }
    }

    /// `${name#pattern}` and `${name##pattern}`, `${name%pattern}` and `${name%%pattern}`.
    private mutating func trimmed(
        _ name: String, _ modifier: Unicode.Scalar
    ) throws(DockerfileError) -> [Unicode.Scalar] {
        let isLongest = rest.first == modifier
        if isLongest { rest.removeFirst() }
        let pattern = try pattern(nested(until: "}", keepingEscapes: true))
        let text = value(of: name) ?? ""
        let trimmed =
            modifier == "#"
            ? pattern.trimmingPrefix(of: text, longest: isLongest)
            : pattern.trimmingSuffix(of: text, longest: isLongest)
        return Array(trimmed.unicodeScalars)
    }

    /// `${name/pattern/text}` and `${name//pattern/text}`.
    private mutating func replaced(_ name: String) throws(DockerfileError) -> [Unicode.Scalar] {
        let everywhere = rest.first == "/"
        if everywhere { rest.removeFirst() }
        let written = try nested(until: "/", keepingEscapes: true)
        let replacement = try nested(until: "}", keepingEscapes: true)
        let pattern = try pattern(written)
        let text = value(of: name) ?? ""
        return Array(pattern.replacing(in: text, with: replacement, everywhere: everywhere).unicodeScalars)
    }

    private func pattern(_ text: String) throws(DockerfileError) -> ShellPattern {
        do {
            return try ShellPattern(text)
        } catch {
            throw malformed("`\(text)` is not a pattern, \(error.reason)")
        }
    }

    /// Expands a part of a form that goes up to `end`.
    private mutating func nested(
        until end: Unicode.Scalar, keepingEscapes: Bool = false
    ) throws(DockerfileError) -> String {
        guard depth < Self.depthLimit else { throw malformed("it is nested too deeply") }
        depth += 1
        let before = keepsEscapes
        keepsEscapes = keepingEscapes
        var collector = ExpandedWords()
        try expand(until: end, into: &collector)
        keepsEscapes = before
        depth -= 1
        return collector.text
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
