import Testing

/// A limit that a compiler does not check: a function from a file to the places that break it.
struct StyleRule: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let violations: @Sendable (SourceFile) -> [Violation]

    init(_ name: String, _ violations: @escaping @Sendable (SourceFile) -> [Violation]) {
        testDescription = name
        self.violations = violations
    }

    /// What holds in sources and tests alike.
    static let everywhere = [
        StyleRule("file length", fileLength),
        StyleRule("function length", functionLength),
        StyleRule("no Foundation", foundation),
        StyleRule("no drawers", drawers),
    ]
    static let ofSources =
        everywhere + [
            StyleRule("no crashes", crashes),
            StyleRule("one JSON decoder", decoders),
            StyleRule("no markers", markers),
            StyleRule("one public type a file", publicTypes),
        ]
    static let ofTests = everywhere + [StyleRule("no test disabled everywhere", disabledTests)]

    static let longestFile = 400
    static let longestFunction = 70

    static func fileLength(_ file: SourceFile) -> [Violation] {
        let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
        guard count > longestFile else { return [] }
        return [file.violation(count, "\(count) lines; split the file, the limit is \(longestFile)")]
    }

    static func functionLength(_ file: SourceFile) -> [Violation] {
        file.functions.filter { $0.lines.count > longestFunction }.map { function in
            file.violation(
                function.lines.lowerBound,
                "\(function.name) has \(function.lines.count) lines; the limit is \(longestFunction)")
        }
    }

    /// `Foundation` brings in ICU, 58 MB of it.
    static func foundation(_ file: SourceFile) -> [Violation] {
        file.imports.filter { $0.text == "Foundation" }.map { module in
            file.violation(module.line, "imports Foundation; FoundationEssentials is enough")
        }
    }

    /// Calls that end the process where an error should be thrown.
    static func crashes(_ file: SourceFile) -> [Violation] {
        let banned = [["try", "!"], ["as", "!"], ["fatalError", "("]]
        return file.tokens.indices.dropLast().flatMap { index in
            let pair = [file.tokens[index].text, file.tokens[index + 1].text]
            return banned.contains(pair) && file.tokens[index + 1].isJoined
                ? [file.violation(file.tokens[index].line, "\(pair.joined()): throw an error that says what to do")]
                : []
        }
    }

    /// `JSONDecoder` traps on documents that anybody can make; one place keeps it from them.
    static func decoders(_ file: SourceFile) -> [Violation] {
        guard !file.path.hasSuffix("OCI/JSONDocument.swift") else { return [] }
        return file.tokens.filter { $0.text == "JSONDecoder" }.map {
            file.violation($0.line, "JSONDecoder: use JSONDocument, which a hostile document does not end")
        }
    }

    /// Notes of unfinished work.
    static func markers(_ file: SourceFile) -> [Violation] {
        let markers: Set = ["TODO", "FIXME", "XXX"]
        return file.lines.enumerated().flatMap { number, line in
            line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.filter { markers.contains(String($0)) }.map {
                file.violation(number + 1, "\($0): finish it, or write an issue")
            }
        }
    }

    /// Names that say nothing about what is inside.
    static func drawers(_ file: SourceFile) -> [Violation] {
        let drawers: Set = ["Utils", "Util", "Utilities", "Common", "Helpers", "Helper", "Extras", "Misc"]
        let parts = file.path.split(separator: "/").map { $0.split { $0 == "." || $0 == "+" }.first ?? "" }
        return parts.filter { drawers.contains(String($0)) }.map {
            file.violation(1, "'\($0)' names no subject: put each part beside what it is about")
        }
    }

    /// A file is found by the name of the one public type in it.
    static func publicTypes(_ file: SourceFile) -> [Violation] {
        let types = file.publicTopLevelTypes
        let further = types.dropFirst().map { type in
            file.violation(type.line, "\(type.text) is a second public type: give it a file of its own")
        }
        guard let first = types.first, first.text != file.subject else { return further }
        return [file.violation(first.line, "\(first.text) is in a file of another name")] + further
    }

    /// A test may be skipped where something is absent, never everywhere.
    static func disabledTests(_ file: SourceFile) -> [Violation] {
        file.tokens.indices.dropFirst().dropLast().flatMap { index -> [Violation] in
            let tokens = file.tokens
            guard tokens[index - 1].text == ".", tokens[index + 1].text == "(" else { return [] }
            let arguments = file.parenthesized(from: index + 1).map(\.text)
            let isUnconditional =
                switch tokens[index].text {
                case "disabled": !arguments.contains("if") && !file.hasTrailingClosure(afterParenthesis: index + 1)
                case "enabled": arguments.dropFirst().starts(with: ["if", ":", "false"])
                default: false
                }
            return isUnconditional ? [file.violation(tokens[index].line, "disabled everywhere: mend or remove it")] : []
        }
    }
}
