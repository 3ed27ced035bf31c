internal import Chunking
internal import Compression

/// A frame that was appended, as its rows describe it.
struct AppendedFrame: Sendable {
    let location: Location
    let chunks: [ChunkReference]
    /// The chunks that it is a difference from; none unless it is a delta.
    let base: [ChunkReference]
    let isPacked: Bool
    /// Keeps the file from being removed before the rows are committed.
    let pin: FilePin

    var rawLength: UInt32 { chunks.reduce(0) { $0 + $1.length } }
}

/// Chunks that were appended or recognised, and wait for a commit to become the project's.
struct PendingChunks: Sendable {
    /// Frames that were appended.
    private(set) var frames: [AppendedFrame] = []
    /// Chunks that the store had already.
    private(set) var known: Set<Digest> = []
    private var ids: Set<Digest> = []

    var count: Int { ids.count + known.count }

    func contains(_ id: Digest) -> Bool { ids.contains(id) }

    mutating func add(_ frame: AppendedFrame) {
        frames.append(frame)
        for chunk in frame.chunks { ids.insert(chunk.id) }
    }

    mutating func addKnown(_ id: Digest) {
        known.insert(id)
    }

    mutating func removeAll() {
        self = PendingChunks()
    }
}

extension WriteBatch {
    /// Makes `pending` the project's; nothing claims it yet. How many chunks were new to the store.
    mutating func add(_ pending: PendingChunks, to project: ProjectID) throws(StoreError) -> Int {
        var count = 0
        for frame in pending.frames { count += try place(frame, for: project) }
        for id in pending.known {
            // What has gone since it was recognised is found missing by whoever names it.
            if let row = try transaction.chunk(id), row.frame.isPresent { try join(id, row, to: project) }
        }
        return count
    }
}
