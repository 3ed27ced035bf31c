internal import Chunking

/// Where the chunks of one stream begin and end in it.
struct StreamLayout: Sendable {
    let chunks: [ChunkReference]
    private let ends: [UInt64]

    init(_ chunks: [ChunkReference]) {
        self.chunks = chunks
        var end: UInt64 = 0
        ends = chunks.map { chunk in
            end += UInt64(chunk.length)
            return end
        }
    }

    var byteCount: UInt64 { ends.last ?? 0 }

    /// The bytes of the stream that chunk `index` has.
    func range(of index: Int) -> Range<UInt64> {
        ends[index] - UInt64(chunks[index].length)..<ends[index]
    }

    /// The chunks that have bytes of `range`. O(log n).
    func chunks(in range: Range<UInt64>) -> Range<Int> {
        guard !range.isEmpty, range.lowerBound < byteCount else { return 0..<0 }
        let first = firstIndex { range.lowerBound < $0 }
        let last = firstIndex { min(range.upperBound, byteCount) <= $0 }
        return first..<min(chunks.count, last + 1)
    }

    private func firstIndex(where isBeyond: (UInt64) -> Bool) -> Int {
        var (low, high) = (0, ends.count)
        while low < high {
            let middle = (low + high) / 2
            if isBeyond(ends[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
