public import Chunking

extension Store {
    /// The record under `key`, after everything that it refers to was looked up and held: each blob for a lease period, each
    /// record as if it had been used. `nil` when there is no such record. O(references).
    /// - Throws: `io`, `closed`.
    public func hold(_ table: RecordTable, key: [UInt8], project: ProjectID) throws(StoreError) -> HeldRecord? {
        try use { core throws(StoreError) in
            guard let opened = try core.openRecord(table, key, in: project) else { return nil }
            guard let record = opened.record else {
                core.forget(table, project, key, ifStill: opened.row)
                return nil
            }
            core.recentUse.note(RecentUse.Item(table: table, project: project, key: key))
            return HeldRecord(
                value: record.value, references: record.references,
                missing: try core.hold(record.references, of: project))
        }
    }

    /// Deletes a blob that nothing refers to, at once and whoever holds a lease on it: for somebody who asks for just that.
    /// - Throws: `diskFull`, `poisoned`, `io`, `closed`.
    public func deleteBlob(_ digest: Digest, in project: ProjectID) throws(StoreError) -> BlobDeletion {
        try use { core throws(StoreError) in
            while true {
                let row = try core.index.read { transaction throws(StoreError) in
                    try transaction.blob(digest, in: project)
                }
                guard let row, row.record.isPresent else { return .absent }
                guard row.references == 0 else { return .inUse }
                if try core.deleteBlob(digest, of: project, ifStill: row, { true }) { return .deleted }
            }
        }
    }
}

extension Core {
    /// Holds what a record refers to. What of it is not there.
    fileprivate func hold(_ references: [Reference], of project: ProjectID) throws(StoreError) -> [Reference] {
        // The leases come first (Collection, "The order that matters").
        for case .blob(let digest) in references { leases.hold(digest, of: project) }
        return try index.read { transaction throws(StoreError) in
            var missing: [Reference] = []
            for reference in references {
                switch reference {
                case .blob(let digest):
                    if try transaction.blob(digest, in: project)?.record.isPresent != true { missing.append(reference) }
                case .record(let table, let key):
                    if try transaction.record(table, project, key) == nil { missing.append(reference) }
                    recentUse.note(RecentUse.Item(table: table, project: project, key: key))
                }
            }
            return missing
        }
    }
}
