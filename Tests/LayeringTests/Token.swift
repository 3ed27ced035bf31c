/// A word or a single punctuation character of Swift source, outside comments and string contents.
struct Token: Equatable {
    let text: String
    let line: Int
    /// Whether no space is between it and the token before it.
    let isJoined: Bool

    var isWord: Bool { text.utf8.first.map(Token.isWordByte) ?? false }

    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "`"), 0x80...:
            true
        default: false
        }
    }

    /// The tokens of code in which ``SourceMask`` has blanked comments and strings.
    static func tokens(of code: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var line = 1
        var position = 0
        var end = -1
        while position < code.count {
            let start = position
            position += 1
            if code[start] == UInt8(ascii: "\n") { line += 1 }
            guard code[start] > UInt8(ascii: " ") else { continue }
            if isWordByte(code[start]) {
                while position < code.count, isWordByte(code[position]) { position += 1 }
            }
            let text = String(decoding: code[start..<position], as: UTF8.self)
            tokens.append(Token(text: text, line: line, isJoined: start == end))
            end = position
        }
        return tokens
    }
}
