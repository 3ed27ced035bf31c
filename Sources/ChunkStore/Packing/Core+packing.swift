internal import Chunking

/// A row of table `unpacked`: a blob to be packed. The key is where its record was written, so that the oldest is first.
struct UnpackedItem: Sendable {
    let key: [UInt8]
    let project: ProjectID
    let digest: Digest

    init?(key: RawSpan, value: RawSpan) {
        guard value.byteCount == 4 + Digest.byteCount, let digest = Digest(rawBytes: value, at: 4) else { return nil }
        self.key = [UInt8](copying: key)
        project = ProjectID(number: value.integer(at: 0, as: UInt32.self).byteSwapped)
        self.digest = digest
    }
}

extension WriteBatch {
    /// Notes that a blob, whose record is at `location`, waits to be packed.
    mutating func addUnpacked(_ digest: Digest, in project: ProjectID, recordAt location: Location) throws(StoreError) {
        try transaction.put(
            transaction.databases.unpacked, RowKey.place(location), RowKey.owned(digest, by: project))
    }

    mutating func removeUnpacked(_ item: UnpackedItem) throws(StoreError) {
        _ = try transaction.delete(transaction.databases.unpacked, item.key)
        _ = try transaction.delete(transaction.databases.predecessors, RowKey.owned(item.digest, by: item.project))
    }
}

extension Core {
    /// A blob and its record, without holding it; `nil` when it is not there or cannot be read.
    func peek(_ digest: Digest, in project: ProjectID) throws(StoreError) -> OpenedBlob? {
        let row = try index.read { transaction throws(StoreError) in try transaction.blob(digest, in: project) }
        guard let row, row.record.isPresent, let record = try blobRecord(at: row.record),
            record.recipe.digest == digest
        else { return nil }
        return OpenedBlob(row: row, record: record, project: project)
    }

    /// The entry table of a layer; `nil` when it cannot be read.
    func entryTable(of blob: OpenedBlob) throws(StoreError) -> EntryTable? {
        var bytes: [UInt8] = []
        for chunk in blob.record.entries ?? [] {
            guard let (decoded, range, _) = try locate(chunk) else { return nil }
            bytes.append(contentsOf: decoded.bytes[range])
        }
        return unsafe try? EntryTable(decoding: bytes.span.bytes)
    }

    /// The layers in which changed files of `layer` are to be looked for.
    func predecessors(of layer: Digest, in project: ProjectID) throws(StoreError) -> [Digest] {
        try index.read { transaction throws(StoreError) in
            try transaction.get(transaction.databases.predecessors, RowKey.owned(layer, by: project)) { value in
                stride(from: 0, to: value.byteCount, by: Digest.byteCount).compactMap {
                    Digest(rawBytes: value, at: $0)
                }
            } ?? []
        }
    }

    /// What the delta frames among those at `locations` are differences from: in the chunk files only, so it is read before
    /// the writer's turn.
    func bases(ofFramesAt locations: Set<Location>) throws(StoreError) -> [Location: FrameBase] {
        let deltas = try index.read { transaction throws(StoreError) in
            var deltas: [Location] = []
            for location in locations where try transaction.frame(at: location)?.isDelta == true {
                deltas.append(location)
            }
            return deltas
        }
        var bases: [Location: FrameBase] = [:]
        for location in deltas { bases[location] = try base(ofFrameAt: location) }
        return bases
    }

    /// A chunk's bytes, hashed, and the frame that they are in; `nil` when it is damaged or gone.
    func locate(
        _ chunk: ChunkReference
    ) throws(StoreError) -> (decoded: DecodedFrame, range: Range<Int>, frame: Location)? {
        let row = try index.read { transaction throws(StoreError) in try transaction.chunk(chunk.id) }
        guard let row, row.frame.isPresent, let decoded = try decodedFrame(at: row.frame, hashed: true),
            let range = decoded.range(of: chunk)
        else { return nil }
        return (decoded, range, row.frame)
    }

    /// Chunks of `project` that are no deltas and say about the same as `chunks`, with their bytes: where one is a delta,
    /// what it is a difference from.
    func plainBase(
        for chunks: [ChunkReference], of project: ProjectID, without excluded: [Digest: Location], maximum: Int
    ) throws(StoreError) -> (chunks: [ChunkReference], bytes: [UInt8]) {
        var seen: Set<Digest> = []
        var base: [ChunkReference] = []
        var bytes: [UInt8] = []
        for chunk in chunks {
            for plain in try plainForms(of: chunk, project) where excluded[plain.id] == nil {
                guard bytes.count + Int(plain.length) <= maximum, seen.insert(plain.id).inserted,
                    let (decoded, range, _) = try locate(plain)
                else { continue }
                base.append(plain)
                bytes.append(contentsOf: decoded.bytes[range])
            }
        }
        return (base, bytes)
    }

    private func plainForms(of chunk: ChunkReference, _ project: ProjectID) throws(StoreError) -> [ChunkReference] {
        let (row, isDelta) = try index.read { transaction throws(StoreError) in
            let row = try transaction.chunk(chunk.id, of: project)
            let frame = try row.flatMap { row throws(StoreError) in try transaction.frame(at: row.frame) }
            return (row, frame?.isDelta ?? false)
        }
        guard let row else { return [] }
        return isDelta ? try base(ofFrameAt: row.frame)?.chunks ?? [] : [chunk]
    }
}
