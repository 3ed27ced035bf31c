/// Makes inputs from valid ones: changed bytes, words put in, numbers set to extremes, parts of two, much of the same, and
/// sometimes nothing but random bytes.
struct FuzzMutator {
    /// Longer inputs are cut off. Bytes.
    private static let byteCountMaximum = 128 << 10

    let samples: [[UInt8]]
    let words: [[UInt8]]
    let isJSON: Bool

    /// One input.
    func input(_ random: inout SeededGenerator) -> [UInt8] {
        switch Int.random(in: 0..<24, using: &random) {
        case 0: return random.bytes(Int.random(in: 0...300, using: &random))
        case 1: return (0..<Int.random(in: 1...12, using: &random)).flatMap { _ in word(&random) }
        default: break
        }
        var bytes = samples.randomElement(using: &random) ?? []
        for _ in 0..<([1, 1, 1, 2, 4].randomElement(using: &random) ?? 1) { change(&bytes, &random) }
        return Array(bytes.prefix(Self.byteCountMaximum))
    }

    private func change(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        if isJSON, Int.random(in: 0..<3, using: &random) > 0 {
            bytes = JSONMutation(bytes).changed(words, &random)
            return
        }
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            let other = samples.randomElement(using: &random) ?? []
            bytes =
                bytes.prefix(Int.random(in: 0...bytes.count, using: &random))
                + other.suffix(Int.random(in: 0...other.count, using: &random))
        case 1: bytes.insert(contentsOf: word(&random), at: Int.random(in: 0...bytes.count, using: &random))
        case 2: bytes.replaceSubrange(stretch(of: bytes, &random), with: word(&random))
        case 3: setInteger(&bytes, &random)
        case 4: bytes.replaceSubrange(number(in: bytes, &random), with: Self.number(&random))
        case 5: bytes.removeSubrange(stretch(of: bytes, &random))
        case 6:
            let part = Array(bytes[stretch(of: bytes, &random)].prefix(64))
            let many = [[UInt8]](repeating: part, count: [2, 2, 30, 300].randomElement(using: &random) ?? 2)
            bytes.insert(contentsOf: many.joined(), at: Int.random(in: 0...bytes.count, using: &random))
        case 7:
            // What is opened and never closed: a reader's depth ends somewhere, and its place in the input with it.
            let opening = [#"["#, #"{"a":"#, "("].randomElement(using: &random) ?? "["
            let depth = [31, 32, 33, 511, 512, 513, 5000].randomElement(using: &random) ?? 513
            let opened = [UInt8](String(repeating: opening, count: depth).utf8)
            bytes.replaceSubrange(Int.random(in: 0...bytes.count, using: &random)..., with: opened)
        default: bytes = random.mutated(bytes)
        }
    }

    private func word(_ random: inout SeededGenerator) -> [UInt8] {
        words.randomElement(using: &random) ?? random.bytes(Int.random(in: 1...4, using: &random))
    }

    private func stretch(of bytes: [UInt8], _ random: inout SeededGenerator) -> Range<Int> {
        let start = Int.random(in: 0...bytes.count, using: &random)
        let most = min(bytes.count - start, [4, 40, 4000].randomElement(using: &random) ?? 4)
        return start..<start + Int.random(in: 0...most, using: &random)
    }

    /// Some bytes of a number are set to what numbers end with.
    private func setInteger(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let width = [1, 2, 4, 8].randomElement(using: &random) ?? 1
        guard bytes.count > width else { return }
        let start = Int.random(in: 0..<(bytes.count - width), using: &random)
        let value: UInt8 = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
        for position in start..<(start + width) { bytes[position] = value }
    }

    /// A run of digits.
    private func number(in bytes: [UInt8], _ random: inout SeededGenerator) -> Range<Int> {
        let start = Int.random(in: 0...bytes.count, using: &random)
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        guard let first = bytes[start...].firstIndex(where: isDigit) else { return start..<start }
        return first..<(bytes[first...].firstIndex { !isDigit($0) } ?? bytes.count)
    }

    /// A number in digits that is at the end of what some type takes.
    static func number(_ random: inout SeededGenerator) -> [UInt8] {
        let numbers = [
            "0", "-1", "1", "00", "255", "256", "2147483648", "4294967295", "4294967296", "9223372036854775807",
            "9223372036854775808", "18446744073709551615", "18446744073709551616", "99999999999999999999999999", "1e9",
            "1e308", "1e400", "0.5", "-0", "+1", "0x10", "１", "",
        ]
        return Array((numbers.randomElement(using: &random) ?? "0").utf8)
    }
}
