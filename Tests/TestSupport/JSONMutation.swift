/// A JSON document in which values are exchanged, so that it mostly stays one.
struct JSONMutation {
    private let bytes: [UInt8]
    /// Where each value and each key is, outermost first.
    private let values: [Range<Int>]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        values = Self.values(in: bytes)
    }

    /// The document with one value changed.
    func changed(_ words: [[UInt8]], _ random: inout SeededGenerator) -> [UInt8] {
        guard let place = values.randomElement(using: &random) else { return bytes }
        let old = bytes[place]
        let new: [UInt8]
        switch Int.random(in: 0..<9, using: &random) {
        case 0: new = FuzzMutator.number(&random)
        case 1: new = values.randomElement(using: &random).map { Array(bytes[$0]) } ?? []
        case 2: new = Self.string(Array(words.randomElement(using: &random) ?? [UInt8(ascii: "x")]))
        case 3: new = Self.list(old, count: [0, 1, 2, 3, 70, 1100].randomElement(using: &random) ?? 2)
        case 4: new = Self.nested(old, depth: [1, 1, 40, 510, 3000].randomElement(using: &random) ?? 1)
        case 5:
            new = Self.string(
                [UInt8](repeating: 0x61, count: [0, 3, 129, 300, 40_000].randomElement(using: &random) ?? 0))
        // Twice the same key: what is taken?
        case 6: new = old + [UInt8(ascii: ",")] + old
        case 7: new = Self.string([UInt8](random.mutated(Array(old)).filter { $0 != UInt8(ascii: "\"") }))
        default: new = Array(Self.odd.randomElement(using: &random)?.utf8 ?? "".utf8)
        }
        return bytes[..<place.lowerBound] + new + bytes[place.upperBound...]
    }

    private static let odd = [
        "null", "true", "{}", "[]", #""""#, #""\u0000""#, #""\ud800""#, #""..""#, #""a/../b""#, #""/""#, "NaN",
        "Infinity",
        #"{"":{}}"#, "-", "tru", #""\x""#, "\"\u{301}\"",
    ]

    private static func string(_ content: [UInt8]) -> [UInt8] { [UInt8(ascii: "\"")] + content + [UInt8(ascii: "\"")] }

    private static func list(_ value: ArraySlice<UInt8>, count: Int) -> [UInt8] {
        let items = [ArraySlice<UInt8>](repeating: value.prefix(200), count: count).joined(separator: [
            UInt8(ascii: ",")
        ])
        return [UInt8(ascii: "[")] + items + [UInt8(ascii: "]")]
    }

    private static func nested(_ value: ArraySlice<UInt8>, depth: Int) -> [UInt8] {
        [UInt8](repeating: UInt8(ascii: "["), count: depth) + value
            + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
    }

    /// What is between brackets, and each string and word.
    private static func values(in bytes: [UInt8]) -> [Range<Int>] {
        var (found, open): ([Range<Int>], [Int]) = ([], [])
        var position = 0
        while position < bytes.count {
            let start = position
            position += 1
            switch bytes[start] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): open.append(start)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if let begin = open.popLast() { found.append(begin..<position) }
            case UInt8(ascii: "\""):
                while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                    position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
                }
                position = min(bytes.count, position + 1)
                found.append(start..<position)
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x0a, 0x0d, 0x09: break
            default:
                let ends = Array(",]}: \n".utf8)
                while position < bytes.count, !ends.contains(bytes[position]) { position += 1 }
                found.append(start..<position)
            }
        }
        return found
    }
}
