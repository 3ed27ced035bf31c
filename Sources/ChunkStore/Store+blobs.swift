public import Chunking

extension Store {
    /// What the project has under `digest`; `nil` when it has nothing.
    public func blob(_ digest: Digest, in project: ProjectID) throws(StoreError) -> BlobInfo? {
        try row(of: digest, in: project).map { BlobInfo(digest, $0) }
    }

    /// Begins to take a blob as a stream of bytes: it is split, its new chunks compressed and appended as they come.
    public func beginBlob(in project: ProjectID) -> BlobWriter { BlobWriter(self, project) }

    /// How to rebuild the blob; `nil` when the project does not have it.
    public func recipe(of digest: Digest, in project: ProjectID) throws(StoreError) -> Recipe? {
        guard let row = try row(of: digest, in: project) else { return nil }
        return try recipe(of: digest, row, in: project)
    }

    /// The table of contents of the layer; `nil` when the project does not have it or it is not a tar.
    public func entries(of layer: Digest, in project: ProjectID) throws(StoreError) -> EntryTable? {
        guard let row = try row(of: layer, in: project), let location = row.entries else { return nil }
        return try use { core throws(StoreError) in
            if let table = try core.entries(at: location, of: layer) { return table }
            core.forget(layer, of: project, ifStill: row)
            return nil
        }
    }

    /// Reads bytes of a blob; `nil` when the project does not have it. `range` must lie within the blob.
    /// - Throws: `invalidContent` when it does not.
    public func read(
        _ digest: Digest, range: Range<UInt64>? = nil, in project: ProjectID
    ) throws(StoreError) -> BlobReader? {
        guard let row = try row(of: digest, in: project) else { return nil }
        let range = range ?? 0..<row.size
        guard range.upperBound <= row.size else {
            throw StoreError(
                .invalidContent, "blob \(digest) has \(row.size) bytes; ask for a range within them, not \(range)")
        }
        guard let recipe = try recipe(of: digest, row, in: project) else { return nil }
        return BlobReader(
            self, recipe, recipe.pieces(in: range), count: range.upperBound - range.lowerBound,
            of: BlobReader.Subject(project: project, digest: digest, row: row))
    }

    /// Reads the contents of one regular file of a layer; `nil` when the project does not have the layer.
    /// - Throws: `invalidContent` when `entry` is not a row of the layer's table for a regular file.
    public func readFile(_ entry: Entry, of layer: Digest, in project: ProjectID) throws(StoreError) -> BlobReader? {
        guard let row = try row(of: layer, in: project), let recipe = try recipe(of: layer, row, in: project) else {
            return nil
        }
        let (end, overflow) = entry.payloadOffset.addingReportingOverflow(entry.size)
        guard entry.kind == .file, !overflow, end <= recipe.byteCount(of: .payload) else {
            throw StoreError(.invalidContent, "\(entry.path) is not a regular file of layer \(layer)")
        }
        return BlobReader(
            self, recipe, recipe.payloadPieces(offset: entry.payloadOffset, length: entry.size), count: entry.size,
            of: BlobReader.Subject(project: project, digest: layer, row: row))
    }
}

extension Store {
    func row(of digest: Digest, in project: ProjectID) throws(StoreError) -> BlobRow? {
        try use { core throws(StoreError) in
            try core.index.read { transaction throws(StoreError) in try transaction.blob(digest, in: project) }
        }
    }

    /// The recipe that `row` refers to; `nil` when it is damaged, and the blob missing from now on.
    func recipe(of digest: Digest, _ row: BlobRow, in project: ProjectID) throws(StoreError) -> Recipe? {
        try use { core throws(StoreError) in
            if let recipe = try core.recipe(at: row.recipe), recipe.digest == digest { return recipe }
            core.forget(digest, of: project, ifStill: row)
            return nil
        }
    }
}

extension Core {
    /// The recipe in the blob record at `location`; `nil` when it is damaged.
    func recipe(at location: Location) throws(StoreError) -> Recipe? {
        guard let record = try reader.record(at: location, .blob) else { return nil }
        return try? record.withBody { body throws(ChunkingError) in try Recipe(decoding: body) }
    }
}
