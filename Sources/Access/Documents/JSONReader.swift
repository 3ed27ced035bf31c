/// Reads JSON (RFC 8259) from bytes that anybody may have written: nothing is believed, and the depth is bounded.
struct JSONReader {
    /// How many values may be inside each other.
    static let depthMaximum = 32

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var depth = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The one value that there is.
    mutating func document() throws(AccessError) -> JSONNode {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw flaw("it is not UTF-8") }
        let node = try value()
        skipSpace()
        guard index == bytes.count else { throw flaw("there is something behind its end") }
        return node
    }

    private mutating func value() throws(AccessError) -> JSONNode {
        skipSpace()
        let start = line
        guard let byte = peek else { throw flaw("it breaks off") }
        switch byte {
        case UInt8(ascii: "{"): return JSONNode(.object(try members()), line: start)
        case UInt8(ascii: "["): return JSONNode(.list(try elements()), line: start)
        case UInt8(ascii: "\""): return JSONNode(.text(try text()), line: start)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return JSONNode(.number(try number()), line: start)
        }
    }

    private mutating func members() throws(AccessError) -> [JSONNode.Member] {
        try enter()
        defer { depth -= 1 }
        var members: [JSONNode.Member] = []
        var names: Set<String> = []
        skipSpace()
        if take("}") { return members }
        while true {
            skipSpace()
            let start = line
            guard peek == UInt8(ascii: "\"") else { throw flaw("a name in quotes is expected") }
            let name = try text()
            guard names.insert(name).inserted else { throw flaw("'\(Self.shown(name))' is there twice") }
            skipSpace()
            guard take(":") else { throw flaw("a ':' is expected after '\(Self.shown(name))'") }
            members.append(JSONNode.Member(name: name, line: start, node: try value()))
            skipSpace()
            if take("}") { break }
            guard take(",") else { throw flaw("a ',' or '}' is expected") }
        }
        return members
    }

    private mutating func elements() throws(AccessError) -> [JSONNode] {
        try enter()
        defer { depth -= 1 }
        var elements: [JSONNode] = []
        skipSpace()
        if take("]") { return elements }
        while true {
            elements.append(try value())
            skipSpace()
            if take("]") { break }
            guard take(",") else { throw flaw("a ',' or ']' is expected") }
        }
        return elements
    }

    /// Steps over the bracket that something begins with.
    private mutating func enter() throws(AccessError) {
        index += 1
        depth += 1
        if depth > Self.depthMaximum { throw flaw("more than \(Self.depthMaximum) values are inside each other") }
    }

    private mutating func text() throws(AccessError) -> String {
        index += 1
        var content: [UInt8] = []
        while let byte = peek {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &content)
            case 0..<0x20: throw flaw("a control character is in a text")
            default: content.append(byte)
            }
        }
        throw flaw("a text has no end")
    }

    private mutating func escape(into content: inout [UInt8]) throws(AccessError) {
        guard let byte = peek else { throw flaw("a text has no end") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(8)
        case UInt8(ascii: "f"): content.append(12)
        case UInt8(ascii: "n"): content.append(10)
        case UInt8(ascii: "r"): content.append(13)
        case UInt8(ascii: "t"): content.append(9)
        case UInt8(ascii: "u"): content += Array(String(Character(try scalar())).utf8)
        default: throw flaw("'\\' is followed by what means nothing there")
        }
    }

    /// The character after `\u`, of which large ones take two.
    private mutating func scalar() throws(AccessError) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), take("\\"), take("u") else {
            throw flaw("half a character is escaped")
        }
        let second = try unit()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw flaw("half a character is escaped") }
        return scalar
    }

    private mutating func unit() throws(AccessError) -> UInt32 {
        let digits = bytes[index...].prefix(4)
        let isHexadecimal = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        guard digits.count == 4, isHexadecimal, let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw flaw("'\\u' wants four hexadecimal digits") }
        index += 4
        return value
    }

    private mutating func number() throws(AccessError) -> String {
        let start = index
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() throws(AccessError) {
        let start = index
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        if index == start { throw flaw("a value is expected") }
    }

    private mutating func word(_ word: StaticString, _ value: JSONNode.Value) throws(AccessError) -> JSONNode {
        for byte in "\(word)".utf8 {
            guard peek == byte else { throw flaw("a value is expected") }
            index += 1
        }
        return JSONNode(value, line: line)
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
            if byte == 0x0a { line += 1 }
            index += 1
        }
    }

    private func flaw(_ what: String) -> AccessError {
        AccessError(.invalidDocument, line: line, "this is not JSON that can be read: \(what)")
    }

    private static func shown(_ name: String) -> String { String(name.prefix(80)) }
}
