internal import Chunking

extension Core {
    /// A blob whose row is gone, and what says which claims it still has; `nil` when it has none.
    struct BegunDeletion {
        let partial: PartialRow?
    }

    /// Deletes a blob, if its row is still `row`, with a tombstone that keeps a rebuilt index from bringing it back.
    /// - Parameter mayDelete: asked in the writer, just before.
    /// - Returns: whether it was deleted.
    func deleteBlob(
        _ digest: Digest, of project: ProjectID, ifStill row: BlobRow, _ mayDelete: @escaping @Sendable () -> Bool
    ) throws(StoreError) -> Bool {
        guard let begun = try beginDeletion(digest, of: project, ifStill: row, mayDelete) else { return false }
        if let partial = begun.partial { try release(partial) }
        return true
    }

    /// The first transaction of a deletion, which is the only one of a blob of few chunks. `nil` when it was not to be.
    func beginDeletion(
        _ digest: Digest, of project: ProjectID, ifStill row: BlobRow, _ mayDelete: @escaping @Sendable () -> Bool
    ) throws(StoreError) -> BegunDeletion? {
        let record = row.record.isPresent ? try blobRecord(at: row.record) : nil
        let chunks = record?.distinctChunks ?? []
        let isSmall = chunks.count <= options.claimsPerJob
        let partial = PartialRow(record: row.record, project: project, claimed: UInt32(chunks.count))
        let isDeleted = try writer.perform(weight: isSmall ? chunks.count : 4) { batch throws(StoreError) in
            guard try batch.transaction.blob(digest, in: project) == row, mayDelete() else { return false }
            let older: OlderFiles
            if let record {
                older = try batch.existing(record.older.adding(row.record.file))
            } else {
                older = try batch.allFiles()
            }
            let tombstone = Tombstone(.blob(digest), older: older)
            batch.didRefer(to: try batch.append(.tombstone, project: project) { tombstone.encode(into: &$0) })
            try batch.removeBlob(digest, row, in: project)
            if isSmall {
                try batch.unclaim(chunks, in: project)
                batch.didForget(row.record)
            } else {
                try batch.putPartial(partial)
            }
            return true
        }
        return isDeleted ? BegunDeletion(partial: isSmall ? nil : partial) : nil
    }
}

extension WriteBatch {
    /// The files that may hold older records of a name whose record cannot be read.
    func allFiles() throws(StoreError) -> OlderFiles {
        OlderFiles(try transaction.files().map(\.number))
    }

    /// The files that may hold records of a name as old as the one that was opened.
    func files(of opened: OpenedRecord) throws(StoreError) -> OlderFiles {
        guard let record = opened.record else { return try allFiles() }
        return try existing(record.older.adding(opened.row.location.file))
    }

    /// Those of `files` that are still there.
    func existing(_ files: OlderFiles) throws(StoreError) -> OlderFiles {
        var numbers: [UInt32] = []
        for number in files.numbers where try transaction.file(number) != nil {
            numbers.append(number)
        }
        return OlderFiles(numbers)
    }
}
