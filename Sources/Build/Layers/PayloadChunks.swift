internal import Chunking

/// The chunks of a layer's payload, to find those of one file.
struct PayloadChunks: Sendable {
    private let chunks: [ChunkReference]
    /// Where each ends in the payload.
    private let ends: [UInt64]

    init(_ chunks: [ChunkReference]) {
        self.chunks = chunks
        ends = chunks.ends
    }

    /// The chunks that hold the bytes of a file and nothing else; none when there are no such chunks. O(log n).
    func chunks(of file: Entry) -> [ChunkReference] {
        let first = ends.firstIndexBisecting { file.payloadOffset < $0 }
        let start = first == 0 ? 0 : ends[first - 1]
        let last = ends.firstIndexBisecting { file.payloadOffset + file.size <= $0 }
        guard file.size > 0, start == file.payloadOffset, last < ends.count,
            ends[last] == file.payloadOffset + file.size
        else { return [] }
        return Array(chunks[first...last])
    }
}
