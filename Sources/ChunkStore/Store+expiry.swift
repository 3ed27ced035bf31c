internal import Chunking

// For layers above that decide by themselves which of their records go.
extension Store {
    /// What the index says of the records whose keys begin with `prefix`, in byte order, after `after`, at most `limit`.
    /// Uses of the last moments may not show yet; see ``noteUse()``.
    /// - Throws: `io`, `closed`.
    public func summaries(
        in table: RecordTable, prefix: [UInt8], after: [UInt8]? = nil, limit: Int, project: ProjectID
    ) throws(StoreError) -> [RecordSummary] {
        guard limit > 0 else { return [] }
        let owner = RowKey.record(table, project, [])
        let wanted = owner + prefix
        let first = after.map { after in after.lexicographicallyPrecedes(prefix) ? wanted : owner + after } ?? wanted
        return try use { core throws(StoreError) in
            try core.index.read { transaction throws(StoreError) in
                var found: [RecordSummary] = []
                try transaction.scan(transaction.databases.records, from: first) { key, value in
                    let bytes = [UInt8](copying: key)
                    guard bytes.starts(with: wanted) else { return false }
                    guard let row = RecordRow(value), row.location.isPresent else { return true }
                    let name = Array(bytes.dropFirst(owner.count))
                    if name != after {
                        found.append(
                            RecordSummary(key: name, references: Int(row.references), used: UInt64(row.used)))
                    }
                    return found.count < limit
                }
                return found
            }
        }
    }

    /// What the index says of one record; `nil` when there is none.
    /// - Throws: `io`, `closed`.
    public func summary(
        in table: RecordTable, key: [UInt8], project: ProjectID
    ) throws(StoreError) -> RecordSummary? {
        let row = try use { core throws(StoreError) in
            try core.index.read { transaction throws(StoreError) in try transaction.record(table, project, key) }
        }
        return row.map { RecordSummary(key: key, references: Int($0.references), used: UInt64($0.used)) }
    }

    /// What the record under `key` refers to; empty when there is none. Looking is no use of it.
    /// - Throws: `io`, `closed`.
    public func references(
        in table: RecordTable, key: [UInt8], project: ProjectID
    ) throws(StoreError) -> [Reference] {
        try use { core throws(StoreError) in
            try core.openRecord(table, key, in: project)?.record?.references ?? []
        }
    }

    /// Writes down which records were used lately, so that ``summaries(in:prefix:after:limit:project:)`` shows it.
    /// - Throws: `diskFull`, `poisoned`, `io`, `closed`.
    public func noteUse() throws(StoreError) {
        try use { core throws(StoreError) in
            try Eviction(core: core, policy: CollectionPolicy(), shouldStop: { false }).flushUse()
        }
    }

    /// Deletes a record unless another refers to it.
    /// - Parameter age: it must not have been written or used for so long, and not for one lease period and ten minutes
    ///   either, the time for which things are kept so that they can be named. Seconds; `nil` for at once.
    /// - Returns: whether it was deleted.
    /// - Throws: `diskFull`, `poisoned`, `io`, `closed`.
    public func deleteUnreferenced(
        in table: RecordTable, key: [UInt8], project: ProjectID, unusedFor age: UInt64? = nil
    ) throws(StoreError) -> Bool {
        try use { core throws(StoreError) in
            while let opened = try core.openRecord(table, key, in: project), opened.row.references == 0 {
                if let age, !core.isUnused(opened.row, RecentUse.Item(table: table, project: project, key: key), age) {
                    return false
                }
                let isDeleted = try core.writer.perform { batch throws(StoreError) in
                    guard try batch.transaction.record(table, project, key) == opened.row else { return false }
                    return try batch.delete(opened, table, key, in: project)
                }
                if isDeleted { return true }
            }
            return false
        }
    }

    /// The time on the store's clock: seconds for which it was open.
    public var now: UInt64 {
        get throws(StoreError) { try use { core throws(StoreError) in core.clock.now } }
    }
}

extension Core {
    /// Whether a record was not used for `age` seconds, nor for as long as what may be about to be named is kept.
    fileprivate func isUnused(_ row: RecordRow, _ item: RecentUse.Item, _ age: UInt64) -> Bool {
        let lease = options.leasePeriod
        let held = max(age, lease > 0 ? lease + options.usageInterval : 0)
        return UInt64(row.used) + held <= clock.now && !recentUse.contains(item)
    }
}
