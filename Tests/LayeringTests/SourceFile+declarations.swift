/// A function, initialiser or accessor with a body.
struct FunctionExtent: Equatable {
    let name: String
    /// From the keyword to the closing brace.
    let lines: ClosedRange<Int>
}

extension SourceFile {
    private static let functionKeywords: Set = ["func", "init", "deinit", "subscript", "var"]
    private static let declarationKeywords = functionKeywords.union([
        "let", "case", "struct", "class", "enum", "protocol", "extension", "typealias", "associatedtype", "actor",
    ])

    /// The functions of the file, inner ones too.
    var functions: [FunctionExtent] {
        tokens.indices.compactMap { index in
            let keyword = tokens[index]
            guard Self.functionKeywords.contains(keyword.text), index == 0 || tokens[index - 1].text != "." else {
                return nil
            }
            guard let brace = bodyStart(after: index) else { return nil }
            let isNamed = keyword.text == "func" || keyword.text == "var"
            return FunctionExtent(
                name: isNamed ? tokens[index + 1].text : keyword.text,
                lines: keyword.line...tokens[closingBrace(from: brace)].line)
        }
    }

    /// The brace that opens the body of a declaration; `nil` when it has none, as in a protocol.
    private func bodyStart(after keyword: Int) -> Int? {
        let isVariable = tokens[keyword].text == "var"
        var depth = 0
        for index in tokens.indices[(keyword + 1)...] {
            switch tokens[index].text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return index
            case "}" where depth <= 0, "=" where isVariable && depth == 0: return nil
            case let text where depth == 0 && index > keyword + 1:
                if Self.declarationKeywords.contains(text) { return nil }
                if isVariable && tokens[index].line > tokens[keyword].line { return nil }
            default: break
            }
            if depth < 0 { return nil }
        }
        return nil
    }

    private func closingBrace(from opening: Int) -> Int {
        var depth = 0
        for index in tokens.indices[opening...] {
            if tokens[index].text == "{" { depth += 1 }
            if tokens[index].text == "}" { depth -= 1 }
            if depth == 0 { return index }
        }
        return tokens.count - 1
    }

    /// The names of public types outside any other declaration.
    var publicTopLevelTypes: [Token] {
        let kinds: Set = ["struct", "class", "enum", "actor", "protocol"]
        var found: [Token] = []
        var depth = 0
        for index in tokens.indices {
            switch tokens[index].text {
            case "{": depth += 1
            case "}": depth -= 1
            case "public" where depth == 0:
                let rest = tokens[(index + 1)...].prefix { $0.line == tokens[index].line }
                guard let kind = rest.firstIndex(where: { kinds.contains($0.text) }), kind + 1 < rest.endIndex else {
                    break
                }
                if rest[..<kind].allSatisfy(\.isWord) { found.append(tokens[kind + 1]) }
            default: break
            }
        }
        return found
    }

    /// The tokens between a parenthesis and the one that closes it, the first one included.
    func parenthesized(from opening: Int) -> ArraySlice<Token> {
        var depth = 0
        let end = tokens.indices[opening...].first { index in
            if tokens[index].text == "(" { depth += 1 }
            if tokens[index].text == ")" { depth -= 1 }
            return depth == 0
        }
        return tokens[opening..<(end ?? tokens.count)]
    }

    /// Whether a call has a closure behind its parentheses.
    func hasTrailingClosure(afterParenthesis opening: Int) -> Bool {
        let next = parenthesized(from: opening).endIndex + 1
        return next < tokens.count && tokens[next].text == "{"
    }
}
