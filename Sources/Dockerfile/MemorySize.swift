/// Sizes of memory as docker's flags have them: a number, perhaps with a fraction, and a unit of 1024s (`64m`, `1.5GiB`,
/// `512 kB`); bytes without one.
public enum MemorySize {
    /// The bytes that `text` stands for; `nil` when it is no size.
    public static func bytes(_ text: String) -> Int64? {
        let isDigit = { (byte: UInt8) in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
        }
        let digits = text.utf8.prefix(while: isDigit)
        var unit = Array(text.utf8.dropFirst(digits.count)).map { $0 | 0x20 }[...]
        guard let number = Double(String(decoding: digits, as: UTF8.self)), digits.last != UInt8(ascii: ".") else {
            return nil
        }
        // Setting the bit above leaves a space as it is.
        if unit.first == UInt8(ascii: " ") { unit.removeFirst() }
        if unit.last == UInt8(ascii: "b") { unit.removeLast() }
        var power = 0
        if let letter = unit.popFirst() {
            guard let position = Array("kmgtp".utf8).firstIndex(of: letter) else { return nil }
            power = position + 1
            if unit.first == UInt8(ascii: "i") { unit.removeFirst() }
        }
        let bytes = number * Double(Int64(1) << Int64(10 * power))
        guard unit.isEmpty, bytes < 0x1p62 else { return nil }
        return Int64(bytes)
    }
}
