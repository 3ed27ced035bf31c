internal import Chunking

/// Chunks that were appended or recognised, and wait for a commit to become the project's.
struct PendingChunks: Sendable {
    /// Chunks in frames that were appended.
    private(set) var rows: [(id: Digest, row: ChunkRow)] = []
    /// Chunks that the store had already.
    private(set) var known: Set<Digest> = []
    private var ids: Set<Digest> = []

    var count: Int { rows.count + known.count }

    func contains(_ id: Digest) -> Bool { ids.contains(id) }

    /// Adds the chunks of a frame that was appended at `frame`.
    mutating func add(_ chunks: [ChunkReference], in frame: Location) {
        var rawOffset: UInt32 = 0
        for chunk in chunks {
            rows.append((chunk.id, ChunkRow(frame: frame, rawOffset: rawOffset, length: chunk.length)))
            ids.insert(chunk.id)
            rawOffset += chunk.length
        }
    }

    mutating func addKnown(_ id: Digest) {
        known.insert(id)
    }

    mutating func removeAll() {
        self = PendingChunks()
    }
}

extension WriteBatch {
    /// Makes `pending` the project's. How many chunks were new to the store.
    mutating func add(_ pending: PendingChunks, to project: ProjectID) throws(StoreError) -> Int {
        var joining: [Digest] = []
        for id in pending.known where try !transaction.isMember(id, of: project) {
            joining.append(id)
        }
        if !joining.isEmpty {
            let location = try append(.membership, project: project) {
                RecordBody.encodeMembership(joining, into: &$0)
            }
            didRefer(to: location)
        }
        var count = 0
        var lastNewFrame: Location?
        for (id, row) in pending.rows {
            if try addChunk(id, row) {
                count += 1
                if lastNewFrame != row.frame { didRefer(to: row.frame) }
                lastNewFrame = row.frame
            }
            try addMember(id, of: project)
        }
        for id in joining { try addMember(id, of: project) }
        return count
    }
}
