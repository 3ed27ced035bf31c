internal import Chunking

/// Looks up where the chunks of a recipe are, a few at a time and ahead of their use, so that neither a long recipe's
/// rows are all held nor each chunk costs a transaction.
struct ChunkLocator: Sendable {
    private static let windowCount = 64

    private let chunks: [ChunkReference]
    private var first = 0
    private var rows: [ChunkRow?] = []

    init(_ chunks: [ChunkReference]) {
        self.chunks = chunks
    }

    /// The row of the chunk at `position`; `nil` when the store does not have it.
    mutating func row(at position: Int, _ index: Index) throws(StoreError) -> ChunkRow? {
        if position < first || position >= first + rows.count {
            let wanted = chunks[position..<min(chunks.count, position + Self.windowCount)]
            rows = try index.read { transaction throws(StoreError) in
                var found: [ChunkRow?] = []
                found.reserveCapacity(wanted.count)
                for chunk in wanted {
                    let row = try transaction.chunk(chunk.id)
                    found.append(row?.frame.isPresent == true ? row : nil)
                }
                return found
            }
            first = position
        }
        return rows[position - first]
    }

    /// Has the rows looked up anew.
    mutating func reset() {
        rows = []
    }
}
