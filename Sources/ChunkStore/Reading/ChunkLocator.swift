internal import Chunking

/// Looks up where the chunks of a recipe are, many at a time and ahead of their use, so that neither a long recipe's
/// rows are all held nor each chunk costs a transaction.
struct ChunkLocator: Sendable {
    private static let windowMaximum = 256

    private let chunks: [ChunkReference]
    private var first = 0
    private var rows: [ChunkRow?] = []
    /// How many are looked up at a time: more each time, since who reads on is likely to read to the end.
    private var windowCount = 8

    init(_ chunks: [ChunkReference]) {
        self.chunks = chunks
    }

    /// The row of the chunk at `position`, if it was looked up already.
    func knownRow(at position: Int) -> ChunkRow? {
        position >= first && position < first + rows.count ? rows[position - first] : nil
    }

    /// The row of the chunk at `position`; `nil` when the store does not have it.
    mutating func row(at position: Int, _ index: Index) throws(StoreError) -> ChunkRow? {
        if position < first || position >= first + rows.count {
            rows = try look(up: position..<min(chunks.count, position + windowCount), index)
            first = position
        }
        return rows[position - first]
    }

    /// The row of a chunk that comes after that at `position`, which was looked up; rows before that are forgotten.
    mutating func row(_ later: Int, after position: Int, _ index: Index) throws(StoreError) -> ChunkRow? {
        if later >= first + rows.count {
            let next = first + rows.count
            let more = try look(up: next..<min(chunks.count, max(later + 1, next + windowCount)), index)
            rows.removeFirst(max(0, min(rows.count, position - first)))
            first = next - rows.count
            rows += more
        }
        return rows[later - first]
    }

    /// Has the rows looked up anew.
    mutating func reset() {
        rows = []
    }

    private mutating func look(up positions: Range<Int>, _ index: Index) throws(StoreError) -> [ChunkRow?] {
        windowCount = min(2 * windowCount, Self.windowMaximum)
        return try index.read { transaction throws(StoreError) in
            var found: [ChunkRow?] = []
            found.reserveCapacity(positions.count)
            for chunk in chunks[positions] {
                let row = try transaction.chunk(chunk.id)
                found.append(row?.frame.isPresent == true ? row : nil)
            }
            return found
        }
    }
}
