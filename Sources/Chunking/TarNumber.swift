/// Numbers as tar headers write them: octal digits, or GNU's base-256.
enum TarNumber {
    /// Reads a field. An empty one is 0. `nil` when it is no number or does not fit.
    static func parse(_ field: ArraySlice<UInt8>) -> Int64? {
        guard let first = field.first else { return 0 }
        return first & 0x80 != 0 ? base256(field) : octal(field)
    }

    /// Spaces and NULs before and behind are skipped, as all readers do.
    private static func octal(_ field: ArraySlice<UInt8>) -> Int64? {
        let blanks: Set<UInt8> = [0, UInt8(ascii: " ")]
        var digits = field.drop { blanks.contains($0) }
        // A NUL ends the number; what is behind it is left over from a longer one.
        digits = digits.prefix { $0 != 0 }
        while let last = digits.last, blanks.contains(last) { digits.removeLast() }
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit), value <= Int64.max >> 3 else { return nil }
            value = value << 3 | Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }

    /// Two's complement, highest byte first; the top bit of the field is the mark and repeats the sign below it.
    private static func base256(_ field: ArraySlice<UInt8>) -> Int64? {
        guard let first = field.first else { return nil }
        let negative = first & 0x40 != 0
        var value: Int64 = negative ? -1 : 0
        for (index, byte) in field.enumerated() {
            let bits = index == 0 ? (negative ? byte | 0x80 : byte & 0x7f) : byte
            guard value >= Int64.min >> 8, value <= Int64.max >> 8 else { return nil }
            value = value << 8 | Int64(bits)
        }
        return value
    }
}
