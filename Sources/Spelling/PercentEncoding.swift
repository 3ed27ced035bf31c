/// Parts of URLs that have `%40` and its like for characters that mean something.
public enum PercentEncoding {
    /// The bytes of `text`, with each `%` and two hexadecimal digits replaced by what they stand for.
    public static func decoded(_ text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2, digits.first?.isHexDigit == true,
                let value = UInt8(digits, radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// The same as text; `text` as it is if that gives none.
    public static func decodedText(_ text: String) -> String {
        String(validating: decoded(text[...]), as: UTF8.self) ?? text
    }
}
