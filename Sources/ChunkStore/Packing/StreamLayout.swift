internal import Chunking

/// Where the chunks of one stream begin and end in it.
struct StreamLayout: Sendable {
    let chunks: [ChunkReference]
    private let ends: [UInt64]

    init(_ chunks: [ChunkReference]) {
        self.chunks = chunks
        ends = chunks.ends
    }

    var byteCount: UInt64 { ends.last ?? 0 }

    /// The bytes of the stream that chunk `index` has.
    func range(of index: Int) -> Range<UInt64> {
        ends[index] - UInt64(chunks[index].length)..<ends[index]
    }

    /// The chunks that have bytes of `range`. O(log n).
    func chunks(in range: Range<UInt64>) -> Range<Int> {
        guard !range.isEmpty, range.lowerBound < byteCount else { return 0..<0 }
        let first = ends.firstIndexBisecting { range.lowerBound < $0 }
        let last = ends.firstIndexBisecting { min(range.upperBound, byteCount) <= $0 }
        return first..<min(chunks.count, last + 1)
    }
}
