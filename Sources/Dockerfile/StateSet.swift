/// A set of small numbers: the states that are alive while a pattern is matched. Up to 64 states need no memory of
/// their own.
struct StateSet {
    private var low: UInt64 = 0
    private var high: [UInt64] = []

    var isEmpty: Bool { low == 0 && high.allSatisfy { $0 == 0 } }

    func contains(_ state: Int) -> Bool {
        if state < 64 { return low & (1 << UInt64(state)) != 0 }
        let word = state / 64 - 1
        return word < high.count && high[word] & (1 << UInt64(state % 64)) != 0
    }

    mutating func insert(_ state: Int) {
        if state < 64 {
            low |= 1 << UInt64(state)
            return
        }
        let word = state / 64 - 1
        while high.count <= word { high.append(0) }
        high[word] |= 1 << UInt64(state % 64)
    }

    /// Calls `body` with each number, from the smallest.
    func forEach(_ body: (Int) -> Void) {
        Self.forEachBit(of: low, from: 0, body)
        for (word, bits) in high.enumerated() { Self.forEachBit(of: bits, from: (word + 1) * 64, body) }
    }

    private static func forEachBit(of bits: UInt64, from base: Int, _ body: (Int) -> Void) {
        var bits = bits
        while bits != 0 {
            body(base + bits.trailingZeroBitCount)
            bits &= bits - 1
        }
    }
}
