package import Chunking

/// Bytes that are drawn, and the same each time.
package struct SeededBytes {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    /// The next number of a SplitMix64 sequence.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    /// Bytes that nothing can compress.
    package mutating func noise(_ count: Int) -> [UInt8] {
        var writer = ByteWriter(capacity: count + 8)
        for _ in 0..<(count + 7) / 8 { writer.writeFixed(next()) }
        return Array(writer.bytes[..<count])
    }

    /// Bytes like those of source code: lines of words out of a few hundred.
    package mutating func text(_ count: Int) -> [UInt8] {
        let words = (0..<400).map { _ in
            (0..<Int(3 + next() % 8)).map { _ in UInt8(ascii: "a") + UInt8(next() % 26) }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 16)
        while bytes.count < count {
            bytes += words[Int(next() % UInt64(words.count))]
            bytes.append(next() % 8 == 0 ? UInt8(ascii: "\n") : UInt8(ascii: " "))
        }
        return Array(bytes[..<count])
    }

    package mutating func digest() -> Digest {
        Digest(hashing: noise(32))
    }
}
