internal import Chunking

// Blobs and the chunks that they claim.
extension WriteBatch {
    /// Puts the row of a blob whose chunks are claimed, or gives the one that was found damaged its record back.
    mutating func addBlob(
        _ record: BlobRecord, at location: Location, in project: ProjectID
    ) throws(StoreError) {
        let digest = record.recipe.digest
        let key = RowKey.owned(digest, by: project)
        let before = try transaction.blob(digest, in: project)
        let row = BlobRow(
            size: record.recipe.size, record: location, isLayer: record.entries != nil,
            references: before?.references ?? 0)
        try transaction.put(transaction.databases.blobs, key, row.encoded())
        if row.references == 0 { try putLoose(LooseKey(project: project, kind: .blob, digest: digest)) }
        try changeCounters(of: project) { counters in
            counters.blobs += 1
            counters.logicalBytes += row.size
            if row.isLayer { counters.layers += 1 }
        }
        didRefer(to: location)
        try addUnpacked(digest, in: project, recordAt: location)
    }

    /// Deletes a blob's row; giving up its claims is the caller's.
    mutating func removeBlob(_ digest: Digest, _ row: BlobRow, in project: ProjectID) throws(StoreError) {
        _ = try transaction.delete(transaction.databases.blobs, RowKey.owned(digest, by: project))
        try removeLoose(LooseKey(project: project, kind: .blob, digest: digest))
        if row.record.isPresent { try uncount(row, in: project) }
    }

    /// Notes that a blob's record was found damaged or gone, if it is still the one at `location`.
    mutating func loseBlob(_ digest: Digest, in project: ProjectID, recordAt location: Location) throws(StoreError) {
        guard var row = try transaction.blob(digest, in: project), row.record == location, location.isPresent else {
            return
        }
        try uncount(row, in: project)
        didForget(location)
        row.record = .none
        try transaction.put(transaction.databases.blobs, RowKey.owned(digest, by: project), row.encoded())
    }

    private mutating func uncount(_ row: BlobRow, in project: ProjectID) throws(StoreError) {
        try changeCounters(of: project) { counters in
            counters.blobs.lower(by: 1)
            counters.logicalBytes.lower(by: row.size)
            if row.isLayer { counters.layers.lower(by: 1) }
        }
    }

    /// Lets the blob's row point at a copy of its record.
    mutating func moveBlob(
        _ digest: Digest, in project: ProjectID, from old: Location, to new: Location
    ) throws(StoreError) -> Bool {
        guard var row = try transaction.blob(digest, in: project), row.record == old else { return false }
        row.record = new
        try transaction.put(transaction.databases.blobs, RowKey.owned(digest, by: project), row.encoded())
        didForget(old)
        didRefer(to: new)
        return true
    }

    mutating func putPartial(_ row: PartialRow) throws(StoreError) {
        try transaction.put(transaction.databases.partials, RowKey.place(row.record), row.encoded())
    }

    /// Deletes the row, and what it kept of the chunk file.
    mutating func removePartial(_ row: PartialRow) throws(StoreError) {
        guard try transaction.delete(transaction.databases.partials, RowKey.place(row.record)) else { return }
        didForget(row.record)
    }

    mutating func putLoose(_ key: LooseKey) throws(StoreError) {
        try transaction.put(transaction.databases.loose, key.bytes, [])
    }

    mutating func removeLoose(_ key: LooseKey) throws(StoreError) {
        _ = try transaction.delete(transaction.databases.loose, key.bytes)
    }
}
