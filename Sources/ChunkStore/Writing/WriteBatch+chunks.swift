internal import Chunking

// Chunks, who has them, and the frames they are in.
extension WriteBatch {
    /// Puts the rows of a frame's chunks, as far as they are not there: of two that arrived at once, the first stays.
    /// All of them become the project's. How many were put.
    mutating func place(_ frame: AppendedFrame, for project: ProjectID) throws(StoreError) -> Int {
        var count = 0
        var rawOffset: UInt32 = 0
        for chunk in frame.chunks {
            var row =
                try transaction.chunk(chunk.id)
                ?? ChunkRow(frame: .none, rawOffset: 0, length: chunk.length)
            if !row.frame.isPresent {
                row.frame = frame.location
                row.rawOffset = rawOffset
                try transaction.put(transaction.databases.chunks, chunk.id.rawBytes, row.encoded())
                counters.chunks += 1
                counters.uniqueBytes += UInt64(row.length)
                try use(chunk.length, of: frame, for: project)
                count += 1
            }
            try join(chunk.id, row, to: project)
            rawOffset += chunk.length
        }
        return count
    }

    /// Makes a chunk that is there the project's, claimed by nothing.
    mutating func join(_ id: Digest, _ row: ChunkRow, to project: ProjectID) throws(StoreError) {
        let members = transaction.databases.members
        guard try transaction.putNew(members, RowKey.member(id, of: project), MemberRow().encoded()) else { return }
        var row = row
        row.owners += 1
        try transaction.put(transaction.databases.chunks, id.rawBytes, row.encoded())
        try changeCounters(of: project) { $0.looseBytes += UInt64(row.length) }
        try putLoose(LooseKey(project: project, kind: .chunk, digest: id))
    }

    /// Checks that a chunk is there and, with `membership`, that it is the project's.
    /// - Throws: `missingContent`.
    func require(_ id: Digest, of project: ProjectID, membership: Bool) throws(StoreError) {
        let row = membership ? try transaction.chunk(id, of: project) : try transaction.chunk(id)
        if let row, row.frame.isPresent { return }
        throw StoreError(
            .missingContent, "chunk \(id.short) is not there; ask which chunks are missing and send them again")
    }

    /// Changes what claims a chunk in the project, whose it becomes when it is not.
    mutating func changeClaims(
        on chunk: ChunkReference, in project: ProjectID, _ change: (inout MemberRow) -> Void
    ) throws(StoreError) {
        let key = RowKey.member(chunk.id, of: project)
        if try transaction.member(chunk.id, of: project) == nil, let row = try transaction.chunk(chunk.id) {
            try join(chunk.id, row, to: project)
        }
        guard let before = try transaction.member(chunk.id, of: project) else { return }
        var after = before
        change(&after)
        try transaction.put(transaction.databases.members, key, after.encoded())
        let loose = LooseKey(project: project, kind: .chunk, digest: chunk.id)
        if before.isLoose, !after.isLoose { try removeLoose(loose) }
        if !before.isLoose, after.isLoose { try putLoose(loose) }
        let length = UInt64(chunk.length)
        try changeCounters(of: project) { counters in
            counters[keyPath: before.counter].lower(by: length)
            counters[keyPath: after.counter] += length
        }
    }

    /// Takes a chunk that nothing claims away from the project, and from the store when it was the last to have it.
    /// - Parameter bases: of every delta frame that may thereby become useless.
    mutating func removeMember(
        _ id: Digest, of project: ProjectID, bases: [Location: FrameBase]
    ) throws(StoreError) {
        guard try transaction.delete(transaction.databases.members, RowKey.member(id, of: project)) else { return }
        try removeLoose(LooseKey(project: project, kind: .chunk, digest: id))
        guard var row = try transaction.chunk(id) else { return }
        try changeCounters(of: project) { $0.looseBytes.lower(by: UInt64(row.length)) }
        row.owners -= min(row.owners, 1)
        if row.owners > 0 {
            try transaction.put(transaction.databases.chunks, id.rawBytes, row.encoded())
            return
        }
        _ = try transaction.delete(transaction.databases.chunks, id.rawBytes)
        guard row.frame.isPresent else { return }
        counters.chunks.lower(by: 1)
        counters.uniqueBytes.lower(by: UInt64(row.length))
        try stopUsing(row.length, ofFrameAt: row.frame, bases: bases)
    }

    /// Notes that a chunk was found damaged or gone, if its row still points at `frame`.
    mutating func loseChunk(_ id: Digest, in frame: Location) throws(StoreError) {
        guard var row = try transaction.chunk(id), row.frame == frame else { return }
        row.frame = .none
        row.rawOffset = 0
        try transaction.put(transaction.databases.chunks, id.rawBytes, row.encoded())
        counters.chunks.lower(by: 1)
        counters.uniqueBytes.lower(by: UInt64(row.length))
        // What a damaged delta is a difference from cannot be told; a repair counts it anew.
        try stopUsing(row.length, ofFrameAt: frame, bases: [:])
    }

    /// Lets a chunk's row point at another frame, if it still points at `old`. Whether it did.
    mutating func moveChunk(
        _ chunk: ChunkReference, from old: Location, to frame: AppendedFrame, rawOffset: UInt32, project: ProjectID,
        bases: [Location: FrameBase]
    ) throws(StoreError) -> Bool {
        guard var row = try transaction.chunk(chunk.id), row.frame == old else { return false }
        row.frame = frame.location
        row.rawOffset = rawOffset
        try transaction.put(transaction.databases.chunks, chunk.id.rawBytes, row.encoded())
        try use(chunk.length, of: frame, for: project)
        try stopUsing(chunk.length, ofFrameAt: old, bases: bases)
        return true
    }
}

/// What a delta frame is a difference from, and whose the claims on that are.
struct FrameBase: Sendable {
    let project: ProjectID
    let chunks: [ChunkReference]
}

// How much of each frame is needed.
extension WriteBatch {
    private mutating func use(
        _ length: UInt32, of frame: AppendedFrame, for project: ProjectID
    ) throws(StoreError) {
        let key = RowKey.place(frame.location)
        if var row = try transaction.frame(at: frame.location) {
            row.live += length
            try transaction.put(transaction.databases.frames, key, row.encoded())
            return
        }
        let row = FrameRow(
            recordLength: frame.location.length, rawLength: frame.rawLength, live: length, isPacked: frame.isPacked,
            isDelta: !frame.base.isEmpty)
        try transaction.put(transaction.databases.frames, key, row.encoded())
        count(row, 1)
        didRefer(to: frame.location)
        for chunk in frame.base {
            try changeClaims(on: chunk, in: project) { $0.frames += 1 }
            guard var row = try transaction.chunk(chunk.id), !row.isBase else { continue }
            row.isBase = true
            try transaction.put(transaction.databases.chunks, chunk.id.rawBytes, row.encoded())
        }
    }

    private mutating func stopUsing(
        _ length: UInt32, ofFrameAt location: Location, bases: [Location: FrameBase]
    ) throws(StoreError) {
        guard var row = try transaction.frame(at: location) else { return }
        row.live -= min(row.live, length)
        let key = RowKey.place(location)
        if row.live > 0 {
            try transaction.put(transaction.databases.frames, key, row.encoded())
            return
        }
        _ = try transaction.delete(transaction.databases.frames, key)
        count(row, -1)
        didForget(location)
        guard row.isDelta, let base = bases[location] else { return }
        for chunk in base.chunks {
            try changeClaims(on: chunk, in: base.project) { $0.frames -= min($0.frames, 1) }
        }
    }

    private mutating func count(_ row: FrameRow, _ sign: Int64) {
        func add(_ field: WritableKeyPath<Counters, UInt64>, _ amount: UInt32) {
            if sign > 0 {
                counters[keyPath: field] += UInt64(amount)
            } else {
                counters[keyPath: field].lower(by: UInt64(amount))
            }
        }
        add(\.frames, 1)
        add(\.frameRawBytes, row.rawLength)
        add(\.frameBytes, row.recordLength)
        guard row.isDelta else { return }
        add(\.deltaFrames, 1)
        add(\.deltaRawBytes, row.rawLength)
        add(\.deltaBytes, row.recordLength)
    }
}

extension MemberRow {
    /// Which of a project's counters has the chunk's bytes.
    var counter: WritableKeyPath<ProjectCounters, UInt64> {
        if blobs > 0 { return \.claimedBytes }
        return frames > 0 ? \.heldBytes : \.looseBytes
    }
}
