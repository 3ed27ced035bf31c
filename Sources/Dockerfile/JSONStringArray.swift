/// Strict reading of the JSON form of an instruction: `["a", "b"]`.
enum JSONStringArray {
    /// What a text is.
    enum Reading: Hashable {
        /// An array of strings.
        case strings([String])
        /// A JSON array with something else inside.
        case otherElements
        /// Not a JSON array, so the text is in shell form.
        case notArray
    }

    /// Reads `text`; white space may stand around the array, nothing else.
    static func read(_ text: String) -> Reading {
        var reader = JSONReader(text)
        guard reader.peek == "[", let elements = reader.array(depth: 0), reader.isAtEnd else { return .notArray }
        let strings = elements.compactMap(\.self)
        return strings.count == elements.count ? .strings(strings) : .otherElements
    }
}

/// A recursive reader that gives up on deep nesting instead of running out of stack.
private struct JSONReader {
    private static let depthLimit = 64
    private var rest: Scalars

    init(_ text: String) {
        rest = text.scalarRun.trimmedLeft
    }

    var peek: Unicode.Scalar? { rest.first }

    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return rest.isEmpty
        }
    }

    /// The elements, `nil` for each that is not a string; `nil` if it is not an array.
    mutating func array(depth: Int) -> [String?]? {
        guard take("["), depth < Self.depthLimit else { return nil }
        var elements: [String?] = []
        if take("]") { return elements }
        repeat {
            skipSpace()
            if peek == "\"" {
                guard let string = string() else { return nil }
                elements.append(string)
            } else {
                guard skipValue(depth: depth + 1) else { return nil }
                elements.append(nil)
            }
        } while take(",")
        return take("]") ? elements : nil
    }

    private mutating func skipSpace() {
        rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        skipSpace()
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skipValue(depth: Int) -> Bool {
        skipSpace()
        switch peek {
        case "[": return array(depth: depth) != nil
        case "{": return skipObject(depth: depth)
        case "\"": return string() != nil
        default: return skipWord()
        }
    }

    private mutating func skipObject(depth: Int) -> Bool {
        guard take("{"), depth < Self.depthLimit else { return false }
        if take("}") { return true }
        repeat {
            skipSpace()
            guard peek == "\"", string() != nil, take(":"), skipValue(depth: depth + 1) else { return false }
        } while take(",")
        return take("}")
    }

    /// A number, `true`, `false` or `null`.
    private mutating func skipWord() -> Bool {
        let word = rest.prefix {
            $0.isASCII && ($0.properties.isAlphabetic || "+-.0123456789".unicodeScalars.contains($0))
        }
        rest = rest.dropFirst(word.count)
        let text = String(scalars: word)
        if ["true", "false", "null"].contains(text) { return true }
        let digits = word.first == "-" ? word.dropFirst() : word
        guard let first = digits.first, ("0"..."9").contains(first), digits.last != "." else { return false }
        if first == "0", let second = digits.dropFirst().first, ("0"..."9").contains(second) { return false }
        return Double(text) != nil
    }

    private mutating func string() -> String? {
        rest.removeFirst()
        var scalars: [Unicode.Scalar] = []
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return String(scalars: scalars)
            case "\\":
                guard let escaped = escape() else { return nil }
                scalars.append(escaped)
            case "\u{0}"..<" ": return nil
            default: scalars.append(scalar)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        switch rest.popFirst() {
        case "\"": "\""
        case "\\": "\\"
        case "/": "/"
        case "b": "\u{8}"
        case "f": "\u{C}"
        case "n": "\n"
        case "r": "\r"
        case "t": "\t"
        case "u": unicodeEscape()
        default: nil
        }
    }

    /// Four hexadecimal digits, and the second half of a surrogate pair if one follows; a half alone becomes U+FFFD.
    private mutating func unicodeEscape() -> Unicode.Scalar? {
        guard let unit = hexadecimalUnit() else { return nil }
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let afterFirst = rest
        if UTF16.isLeadSurrogate(UInt16(unit)), rest.starts(with: ["\\", "u"]) {
            rest = rest.dropFirst(2)
            guard let second = hexadecimalUnit() else { return nil }
            if UTF16.isTrailSurrogate(UInt16(second)) {
                return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))
            }
            rest = afterFirst
        }
        return "\u{FFFD}"
    }

    private mutating func hexadecimalUnit() -> UInt32? {
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.allSatisfy(\.properties.isASCIIHexDigit) else { return nil }
        rest = rest.dropFirst(4)
        return UInt32(String(scalars: digits), radix: 16)
    }
}
