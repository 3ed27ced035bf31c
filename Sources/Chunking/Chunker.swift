/// Finds where content is cut: FastCDC with normalized chunking (Xia et al., USENIX ATC 2016).
///
/// A gear hash rolls over the bytes after the minimum; a chunk ends behind the byte where the hash's top bits are
/// all zero: two bits more than the average asks for while the chunk is shorter than it, two fewer from there on.
/// The result depends on the bytes since ``restart()`` only, not on how they are split into parts.
struct Chunker: Sendable {
    private let minimum: Int
    private let average: Int
    private let maximum: Int
    /// The hash ends a chunk when it is below: as many leading zero bits as the mask of the paper has ones.
    private let strictLimit: UInt64
    private let relaxedLimit: UInt64
    private let gear: [UInt64]
    private var length = 0
    private var hash: UInt64 = 0

    init(parameters: ChunkParameters) {
        minimum = parameters.minimum
        average = parameters.average
        maximum = parameters.maximum
        let bits = parameters.average.trailingZeroBitCount
        strictLimit = 1 << UInt64(64 - bits - 2)
        relaxedLimit = 1 << UInt64(64 - bits + 2)
        gear = GearTable.words
    }

    /// Forgets the present chunk: the next byte begins one.
    mutating func restart() {
        length = 0
        hash = 0
    }

    /// Goes over the next bytes up to the end of the present chunk; returns how many of them belong to it, and
    /// begins the next. `nil` when it ends in none of them; then all belong to it.
    mutating func scan(_ bytes: RawSpan) -> Int? {
        let end = unsafe bytes.withUnsafeBytes { bytes in
            unsafe gear.withUnsafeBufferPointer { gear in
                unsafe Self.scan(bytes, gear, self, &hash)
            }
        }
        if let end {
            restart()
            return end
        }
        length += bytes.byteCount
        return nil
    }

    /// The hot loop. All indices stay below `bytes.count`, and a byte below the 256 words of `gear`.
    private static func scan(
        _ bytes: UnsafeRawBufferPointer, _ gear: UnsafeBufferPointer<UInt64>, _ chunker: Chunker,
        _ hash: inout UInt64
    ) -> Int? {
        let count = bytes.count
        let start = chunker.length
        // Positions in `bytes` where the chunk reaches its minimum, its average and its maximum.
        var index = min(max(chunker.minimum - start, 0), count)
        let strictEnd = min(max(chunker.average - start, index), count)
        let relaxedEnd = min(chunker.maximum - start, count)
        var rolling = hash
        let strict = chunker.strictLimit
        while index < strictEnd {
            rolling = unsafe (rolling << 1) &+ gear[Int(bytes[index])]
            index += 1
            if rolling < strict { return index }
        }
        let relaxed = chunker.relaxedLimit
        while index < relaxedEnd {
            rolling = unsafe (rolling << 1) &+ gear[Int(bytes[index])]
            index += 1
            if rolling < relaxed { return index }
        }
        hash = rolling
        return start + relaxedEnd == chunker.maximum ? relaxedEnd : nil
    }
}
