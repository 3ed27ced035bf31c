import Chunking

/// A layer as the one that came before another, to find in it what the other's bytes resemble.
struct Predecessor {
    private let chunks: [ChunkReference]
    /// Where each chunk ends in the payload stream.
    private let ends: [UInt64]
    private let positions: [Digest: Int]
    /// Where each path's bytes are in the payload stream.
    private let files: [LayerPath: Range<UInt64>]

    /// Files up to this size resemble their predecessor as a whole; of larger ones the same place is looked for. Bytes.
    private static let wholeFileMaximum: UInt64 = 1 << 20
    /// How many chunks to take when the place begins or ends nowhere known.
    private static let gapMaximum = 16

    init(_ result: LayerSplitter.Result) {
        chunks = result.recipe.payload
        var end: UInt64 = 0
        ends = chunks.map { chunk in
            end += UInt64(chunk.length)
            return end
        }
        positions = Dictionary(chunks.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { $1 })
        let entries = result.entries?.entries ?? []
        files = Dictionary(
            entries.compactMap { entry in
                guard entry.kind == .file, entry.size > 0 else { return nil }
                return (entry.path, entry.payloadOffset..<entry.payloadOffset + entry.size)
            }, uniquingKeysWith: { $1 })
    }

    /// The chunks that a new chunk of the file `path` resembles.
    /// - Parameters:
    ///   - left: the nearest chunk before it that is not new.
    ///   - right: the nearest chunk behind it that is not new.
    func base(for path: LayerPath, left: Digest?, right: Digest?) -> ArraySlice<ChunkReference> {
        guard let file = files[path] else { return [] }
        let range = index(containing: file.lowerBound)..<index(containing: file.upperBound - 1) + 1
        if file.upperBound - file.lowerBound <= Self.wholeFileMaximum { return chunks[range] }
        let before = left.flatMap { positions[$0] }.flatMap { range.contains($0) ? $0 : nil }
        let behind = right.flatMap { positions[$0] }.flatMap { range.contains($0) ? $0 : nil }
        switch (before, behind) {
        case (let before?, let behind?) where before < behind && behind - before <= 2 * Self.gapMaximum:
            // Without anything between them bytes were only inserted.
            return behind - before > 1 ? chunks[before + 1..<behind] : chunks[before...behind]
        case (let before?, _): return chunks[before..<min(before + Self.gapMaximum, range.upperBound)]
        case (nil, let behind?): return chunks[max(behind - Self.gapMaximum, range.lowerBound)...behind]
        case (nil, nil): return []
        }
    }

    /// The chunk that the byte at `offset` of the payload stream is in.
    private func index(containing offset: UInt64) -> Int {
        var (low, high) = (0, ends.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] > offset { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
