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

    private static func scan(
        _ bytes: UnsafeRawBufferPointer, _ gear: UnsafeBufferPointer<UInt64>, _ chunker: Chunker,
        _ hash: inout UInt64
    ) -> Int? {
        let count = bytes.count
        let start = chunker.length
        // Positions in `bytes` where the chunk reaches its minimum, its average and its maximum.
        let index = min(max(chunker.minimum - start, 0), count)
        let strictEnd = min(max(chunker.average - start, index), count)
        let relaxedEnd = min(chunker.maximum - start, count)
        var rolling = unsafe RollingHash(bytes, gear, hash)
        if let end = rolling.firstEnd(in: index, strictEnd, below: chunker.strictLimit) { return end }
        if let end = rolling.firstEnd(in: strictEnd, relaxedEnd, below: chunker.relaxedLimit) { return end }
        hash = rolling.value
        return start + relaxedEnd == chunker.maximum ? relaxedEnd : nil
    }
}

/// The hot loops. All indices stay below `bytes.count`, and a byte below the 256 words of `gear`.
@safe private struct RollingHash {
    /// How far apart the two places are at which bytes are mixed in by turns. Bytes.
    private static let stride = 1024
    /// Bytes that are farther back than this have left the hash. Bytes.
    private static let window = UInt64.bitWidth

    private let bytes: UnsafeRawBufferPointer
    private let gear: UnsafeBufferPointer<UInt64>
    private(set) var value: UInt64

    init(_ bytes: UnsafeRawBufferPointer, _ gear: UnsafeBufferPointer<UInt64>, _ value: UInt64) {
        unsafe self.bytes = bytes
        unsafe self.gear = gear
        self.value = value
    }

    @inline(__always)
    private func next(_ hash: UInt64, _ index: Int) -> UInt64 {
        unsafe (hash << 1) &+ gear[Int(bytes[index])]
    }

    /// Goes over the bytes from `start` to before `end`; returns the position behind the first at which the hash is below
    /// `limit`.
    mutating func firstEnd(in start: Int, _ end: Int, below limit: UInt64) -> Int? {
        var index = start
        while end - index >= 2 * Self.stride {
            if let found = firstEndOfTwo(from: index, below: limit) { return found }
            index += 2 * Self.stride
        }
        var hash = value
        while index < end {
            hash = next(hash, index)
            index += 1
            if hash < limit { return index }
        }
        value = hash
        return nil
    }

    /// The same for two strides, which are gone over side by side: each step waits for the one before, so the processor
    /// has time for a second row of steps. Four steps a turn, which makes a third of the difference.
    private mutating func firstEndOfTwo(from start: Int, below limit: UInt64) -> Int? {
        let middle = start + Self.stride
        var (first, second) = (value, UInt64(0))
        for index in (middle - Self.window)..<middle { second = next(second, index) }
        var index = start
        while index < middle {
            let hit: Int
            if step(&first, &second, index, limit) {
                hit = index
            } else if step(&first, &second, index + 1, limit) {
                hit = index + 1
            } else if step(&first, &second, index + 2, limit) {
                hit = index + 2
            } else if step(&first, &second, index + 3, limit) {
                hit = index + 3
            } else {
                index += 4
                continue
            }
            if first < limit { return hit + 1 }
            // What the first stride still has comes before the second.
            value = first
            return restOfStride(from: hit + 1, to: middle, below: limit) ?? hit + 1 + Self.stride
        }
        value = second
        return nil
    }

    /// Whether one of the hashes is below `limit`.
    @inline(__always)
    private func step(_ first: inout UInt64, _ second: inout UInt64, _ index: Int, _ limit: UInt64) -> Bool {
        first = next(first, index)
        second = next(second, index + Self.stride)
        return first < limit || second < limit
    }

    private func restOfStride(from start: Int, to end: Int, below limit: UInt64) -> Int? {
        var (hash, index) = (value, start)
        while index < end {
            hash = next(hash, index)
            index += 1
            if hash < limit { return index }
        }
        return nil
    }
}
