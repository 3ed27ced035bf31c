internal import Chunking

// Once damage was seen, what the index says is there is looked at before it is relied on: so storing a blob again
// replaces all of it that is damaged, not only the part that a reader has met.
extension Core {
    /// Whether the store has the chunk.
    func has(_ id: Digest) throws(StoreError) -> Bool {
        let row = try index.read { transaction throws(StoreError) in try transaction.chunk(id) }
        guard let row, row.frame.isPresent else { return false }
        return try isSound(id, in: row.frame)
    }

    /// Whether a chunk that the index says to be in `frame` can be relied on. One that cannot be read is forgotten.
    /// Costs nothing as long as the store has seen no damage, then a read of the frame.
    func isSound(_ id: Digest, in frame: Location) throws(StoreError) -> Bool {
        guard reader.hasSeenDamage else { return true }
        if let decoded = try decodedFrame(at: frame), decoded.holds(id) { return true }
        forget([id], in: frame)
        return false
    }
}
