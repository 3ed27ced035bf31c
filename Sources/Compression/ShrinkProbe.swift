internal import CLZ4
internal import Chunking

/// Tells from samples whether bytes are worth compressing: random and already compressed ones are not.
///
/// Every 16 KiB it looks at 2 KiB. Bytes are left alone only if each sample has all byte values about equally often
/// and lz4 finds nothing repeated in it either; so on most bytes the first sample decides, and a doubt costs a
/// compression in vain. Frames.md has the measurements.
struct ShrinkProbe: Sendable {
    /// Below it, compressing costs less than the doubt. Bytes.
    static let byteCountMinimum = 32 << 10
    private static let stride = 16 << 10
    private static let sampleByteCount = 2 << 10
    /// A sample that becomes smaller than this, of 100, is worth it.
    private static let worthPercentage = 97
    /// How much more often, of 100, two bytes of a sample may be equal than random ones are.
    private static let equalPairsPercentage = 130

    private var room = [UInt8](repeating: 0, count: Int(LZ4_compressBound(Int32(sampleByteCount))))

    /// Whether `raw` may shrink by some 3 % or more.
    mutating func mayShrink(_ raw: RawSpan) -> Bool {
        guard raw.byteCount >= Self.byteCountMinimum else { return true }
        var start = 0
        while start + Self.sampleByteCount <= raw.byteCount {
            let sample = raw.extracting(start..<(start + Self.sampleByteCount))
            if Self.isUneven(sample) || repeats(sample) { return true }
            start += Self.stride
        }
        return false
    }

    /// Whether some byte values are clearly more frequent than others: counts the pairs of equal bytes, of which random
    /// bytes have one in 256.
    private static func isUneven(_ sample: RawSpan) -> Bool {
        var counts = InlineArray<256, Int32>(repeating: 0)
        unsafe sample.withUnsafeBytes { bytes in
            for index in bytes.indices { unsafe counts[Int(bytes[index])] += 1 }
        }
        var pairs = 0
        for index in counts.indices { pairs += Int(counts[index]) * Int(counts[index] - 1) }
        let count = sample.byteCount
        return pairs * 256 * 100 > count * (count - 1) * equalPairsPercentage
    }

    private mutating func repeats(_ sample: RawSpan) -> Bool {
        let count = unsafe room.withUnsafeMutableBytes { room in
            unsafe sample.withUnsafeBytes { sample in
                unsafe LZ4_compress_default(
                    sample.assumingMemoryBound(to: CChar.self).baseAddress,
                    room.assumingMemoryBound(to: CChar.self).baseAddress, Int32(sample.count), Int32(room.count))
            }
        }
        return Int(count) * 100 < sample.byteCount * Self.worthPercentage
    }
}
