internal import Chunking

extension WriteBatch {
    /// Puts both rows of a project's name.
    mutating func name(_ project: ProjectID, _ name: [UInt8]) throws(StoreError) {
        var writer = ByteWriter(capacity: 4)
        writer.writeFixed(project.number)
        let table = transaction.databases.projects
        try transaction.put(table, RowKey.projectName(name), writer.bytes)
        try transaction.put(table, RowKey.projectNumber(project), name)
    }

    /// Puts a chunk's row unless there is one: of two that arrived at once, the first stays. Whether it was put.
    mutating func addChunk(_ id: Digest, _ row: ChunkRow) throws(StoreError) -> Bool {
        guard try transaction.putNew(transaction.databases.chunks, id.rawBytes, row.encoded()) else { return false }
        counters.chunks += 1
        counters.uniqueBytes += UInt64(row.length)
        return true
    }

    mutating func addMember(_ id: Digest, of project: ProjectID) throws(StoreError) {
        _ = try transaction.putNew(transaction.databases.members, RowKey.owned(id, by: project), [])
    }

    /// Puts the row of a blob that the project does not have.
    mutating func addBlob(_ digest: Digest, _ row: BlobRow, in project: ProjectID) throws(StoreError) {
        try transaction.put(transaction.databases.blobs, RowKey.owned(digest, by: project), row.encoded())
        counters.logicalBytes += row.size
        if row.entries != nil { counters.layers += 1 }
        didRefer(to: row.recipe)
    }

    /// Deletes a blob's row; its chunks stay.
    mutating func removeBlob(_ digest: Digest, _ row: BlobRow, in project: ProjectID) throws(StoreError) {
        guard try transaction.delete(transaction.databases.blobs, RowKey.owned(digest, by: project)) else { return }
        counters.logicalBytes -= min(counters.logicalBytes, row.size)
        if row.entries != nil { counters.layers -= min(counters.layers, 1) }
        didForget(row.recipe)
    }

    /// Deletes the row of a chunk if it is still the one that was found damaged.
    mutating func removeChunk(_ id: Digest, in frame: Location) throws(StoreError) {
        guard let row = try transaction.chunk(id), row.frame == frame else { return }
        _ = try transaction.delete(transaction.databases.chunks, id.rawBytes)
        counters.chunks -= min(counters.chunks, 1)
        counters.uniqueBytes -= min(counters.uniqueBytes, UInt64(row.length))
    }

    /// Puts the row of a small record in place of `old`.
    mutating func setRecord(
        _ table: RecordTable, _ project: ProjectID, _ key: [UInt8], _ row: RecordRow, replacing old: RecordRow?
    ) throws(StoreError) {
        try transaction.put(transaction.databases.records, RowKey.record(table, project, key), row.encoded())
        if let old { didForget(old.location) } else if table == .step { counters.steps += 1 }
        didRefer(to: row.location)
    }

    mutating func removeRecord(
        _ table: RecordTable, _ project: ProjectID, _ key: [UInt8], _ row: RecordRow
    ) throws(StoreError) {
        _ = try transaction.delete(transaction.databases.records, RowKey.record(table, project, key))
        if table == .step { counters.steps -= min(counters.steps, 1) }
        didForget(row.location)
    }
}
