public import Chunking

extension Store {
    /// What the project has under `digest`; `nil` when it has nothing. What is there stays for at least one lease period.
    public func blob(_ digest: Digest, in project: ProjectID) throws(StoreError) -> BlobInfo? {
        try use { core throws(StoreError) in try core.blob(digest, in: project) }.map { BlobInfo(digest, $0) }
    }

    /// Begins to take a blob as a stream of bytes: it is split, its new chunks compressed and appended as they come.
    public func beginBlob(in project: ProjectID) -> BlobWriter { BlobWriter(self, project) }

    /// How to rebuild the blob; `nil` when the project does not have it.
    public func recipe(of digest: Digest, in project: ProjectID) throws(StoreError) -> Recipe? {
        try opened(digest, in: project)?.record.recipe
    }

    /// The table of contents of the layer; `nil` when the project does not have it, it is not a tar, or the table is
    /// damaged and the layer therefore missing from now on.
    public func entries(of layer: Digest, in project: ProjectID) throws(StoreError) -> EntryTable? {
        guard let opened = try opened(layer, in: project), let chunks = opened.record.entries else { return nil }
        let table = Recipe(opaque: layer, of: chunks)
        var reader = BlobReader(self, table, table.pieces(), count: table.size, of: opened.subject, hashed: true)
        var bytes: [UInt8] = []
        do throws(StoreError) {
            while try reader.read(into: &bytes, maximum: 1 << 20) > 0 {}
        } catch {
            guard error.code == .missingContent else { throw error }
            return nil
        }
        return unsafe try? EntryTable(decoding: bytes.span.bytes)
    }

    /// Reads bytes of a blob; `nil` when the project does not have it. `range` must lie within the blob.
    /// - Throws: `invalidContent` when it does not.
    public func read(
        _ digest: Digest, range: Range<UInt64>? = nil, in project: ProjectID
    ) throws(StoreError) -> BlobReader? {
        guard let opened = try opened(digest, in: project) else { return nil }
        let recipe = opened.record.recipe
        let range = range ?? 0..<recipe.size
        guard range.upperBound <= recipe.size else {
            throw StoreError(
                .invalidContent, "blob \(digest) has \(recipe.size) bytes; ask for a range within them, not \(range)")
        }
        return BlobReader(
            self, recipe, recipe.pieces(in: range), count: range.upperBound - range.lowerBound, of: opened.subject)
    }

    /// Reads the contents of one regular file of a layer; `nil` when the project does not have the layer.
    /// - Throws: `invalidContent` when `entry` is not a row of the layer's table for a regular file.
    public func readFile(_ entry: Entry, of layer: Digest, in project: ProjectID) throws(StoreError) -> BlobReader? {
        guard let opened = try opened(layer, in: project) else { return nil }
        let recipe = opened.record.recipe
        let (end, overflow) = entry.payloadOffset.addingReportingOverflow(entry.size)
        guard entry.kind == .file, !overflow, end <= recipe.byteCount(of: .payload) else {
            throw StoreError(.invalidContent, "\(entry.path) is not a regular file of layer \(layer)")
        }
        return BlobReader(
            self, recipe, recipe.payloadPieces(offset: entry.payloadOffset, length: entry.size), count: entry.size,
            of: opened.subject, hashed: true)
    }

    private func opened(_ digest: Digest, in project: ProjectID) throws(StoreError) -> OpenedBlob? {
        try use { core throws(StoreError) in try core.open(digest, in: project) }
    }
}

/// A blob whose record was read.
struct OpenedBlob: Sendable {
    let row: BlobRow
    let record: BlobRecord
    let project: ProjectID

    var subject: BlobReader.Subject {
        BlobReader.Subject(project: project, digest: record.recipe.digest, row: row)
    }
}

extension Core {
    /// The row of a blob that is there, which is held for a lease period.
    func blob(_ digest: Digest, in project: ProjectID) throws(StoreError) -> BlobRow? {
        leases.hold(digest, of: project)
        return try index.read { transaction throws(StoreError) in
            guard let row = try transaction.blob(digest, in: project), row.record.isPresent else { return nil }
            return row
        }
    }

    /// A blob and its record; `nil` when it is not there, or damaged and from now on missing.
    func open(_ digest: Digest, in project: ProjectID) throws(StoreError) -> OpenedBlob? {
        guard var row = try blob(digest, in: project) else { return nil }
        while true {
            if let record = try blobRecord(at: row.record), record.recipe.digest == digest {
                return OpenedBlob(row: row, record: record, project: project)
            }
            // Compaction may have moved it between the two looks.
            guard let now = try blob(digest, in: project) else { return nil }
            guard now.record != row.record else { break }
            row = now
        }
        forget(digest, of: project, ifStill: row)
        return nil
    }

    /// The blob record at `location`; `nil` when it is damaged or gone.
    func blobRecord(at location: Location) throws(StoreError) -> BlobRecord? {
        guard let record = try reader.record(at: location, .blob) else { return nil }
        return try? record.withBody { body throws(ChunkingError) in try BlobRecord(decoding: body) }
    }
}

extension Recipe {
    /// The recipe of bytes that are `chunks` one after the other.
    init(opaque digest: Digest, of chunks: [ChunkReference]) {
        let size = chunks.reduce(UInt64(0)) { $0 + UInt64($1.length) }
        self.init(
            parameters: ChunkParameters.v1.id, digest: digest, size: size, headers: [], payload: chunks,
            extents: [Extent(stream: .payload, length: size)])
    }
}
