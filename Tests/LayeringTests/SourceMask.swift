/// Blanks comments and the contents of string literals, keeping every line where it is, so that what looks like
/// code in them is not taken for code. Code inside `\(…)` stays. Regular expressions between bare slashes are not
/// understood; those between `#/` and `/#` are.
struct SourceMask {
    private enum Context: Equatable {
        case code(parentheses: Int)
        case string(hashes: Int, isMultiline: Bool)
    }

    private let source: [UInt8]
    private var output: [UInt8] = []
    private var position = 0
    private var contexts: [Context] = [.code(parentheses: 0)]

    private init(_ source: [UInt8]) {
        self.source = source
        output.reserveCapacity(source.count)
    }

    static func mask(_ source: [UInt8]) -> [UInt8] {
        var mask = SourceMask(source)
        while mask.position < source.count {
            switch mask.contexts.last {
            case .string(let hashes, let isMultiline): mask.advanceInString(hashes: hashes, isMultiline: isMultiline)
            case .code, nil: mask.advanceInCode()
            }
        }
        return mask.output
    }

    private func at(_ offset: Int) -> UInt8? {
        position + offset < source.count ? source[position + offset] : nil
    }

    private func starts(with text: StaticString, at offset: Int = 0) -> Bool {
        let bytes = Array(text.description.utf8)
        let start = position + offset
        return start + bytes.count <= source.count && source[start..<start + bytes.count].elementsEqual(bytes)
    }

    private mutating func keep(_ count: Int = 1) {
        output.append(contentsOf: source[position..<min(position + count, source.count)])
        position += count
    }

    private mutating func blank(_ count: Int = 1) {
        for offset in 0..<count {
            guard let byte = at(offset) else { break }
            output.append(byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
        }
        position += count
    }

    private mutating func advanceInCode() {
        if starts(with: "//") {
            while let byte = at(0), byte != UInt8(ascii: "\n") { blank() }
        } else if starts(with: "/*") {
            blankBlockComment()
        } else if let hashes = hashesBefore(UInt8(ascii: "\"")) {
            let isMultiline = starts(with: "\"\"\"", at: hashes)
            keep(hashes + (isMultiline ? 3 : 1))
            contexts.append(.string(hashes: hashes, isMultiline: isMultiline))
        } else if let hashes = hashesBefore(UInt8(ascii: "/")), hashes > 0 {
            blankRegularExpression(hashes: hashes)
        } else {
            countParenthesis()
            keep()
        }
    }

    /// The number of `#` here when they are followed by `byte`.
    private func hashesBefore(_ byte: UInt8) -> Int? {
        var hashes = 0
        while at(hashes) == UInt8(ascii: "#") { hashes += 1 }
        return at(hashes) == byte ? hashes : nil
    }

    private func hasHashes(_ count: Int, at offset: Int) -> Bool {
        (0..<count).allSatisfy { at(offset + $0) == UInt8(ascii: "#") }
    }

    /// Leaves an interpolation at the parenthesis that closes it.
    private mutating func countParenthesis() {
        guard contexts.count > 1, case .code(let parentheses) = contexts.last else { return }
        switch at(0) {
        case UInt8(ascii: "("): contexts[contexts.count - 1] = .code(parentheses: parentheses + 1)
        case UInt8(ascii: ")"):
            contexts.removeLast()
            if parentheses > 1 { contexts.append(.code(parentheses: parentheses - 1)) }
        default: break
        }
    }

    private mutating func blankBlockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                blank(2)
            } else if starts(with: "*/") {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && position < source.count
    }

    private mutating func blankRegularExpression(hashes: Int) {
        blank(hashes + 1)
        while let byte = at(0), !(byte == UInt8(ascii: "/") && hasHashes(hashes, at: 1)) { blank() }
        blank(hashes + 1)
    }

    private mutating func advanceInString(hashes: Int, isMultiline: Bool) {
        let quotes = isMultiline ? 3 : 1
        if at(0) == UInt8(ascii: "\\"), hasHashes(hashes, at: 1) {
            if at(hashes + 1) == UInt8(ascii: "(") {
                blank(hashes + 1)
                keep()
                contexts.append(.code(parentheses: 1))
            } else {
                blank(hashes + 2)
            }
        } else if starts(with: isMultiline ? "\"\"\"" : "\""), hasHashes(hashes, at: quotes) {
            keep(quotes + hashes)
            contexts.removeLast()
        } else if at(0) == UInt8(ascii: "\n"), !isMultiline {
            keep()
            contexts.removeLast()
        } else {
            blank()
        }
    }
}
