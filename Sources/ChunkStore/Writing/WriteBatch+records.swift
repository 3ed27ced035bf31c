internal import Chunking

// Small records and what they refer to.
extension WriteBatch {
    /// Puts both rows of a project's name.
    mutating func name(_ project: ProjectID, _ name: [UInt8]) throws(StoreError) {
        var writer = ByteWriter(capacity: 4)
        writer.writeFixed(project.number)
        let table = transaction.databases.projects
        try transaction.put(table, RowKey.projectName(name), writer.bytes)
        try transaction.put(table, RowKey.projectNumber(project), name)
    }

    /// Checks that all a record refers to is there.
    /// - Throws: `missingContent` naming the first that is not.
    func require(_ references: [Reference], of project: ProjectID) throws(StoreError) {
        for reference in references {
            switch reference {
            case .blob(let digest):
                if try transaction.blob(digest, in: project)?.record.isPresent == true { continue }
                throw StoreError(.missingContent, "blob \(digest) is not in the project; send it first")
            case .record(let table, let key):
                if try transaction.record(table, project, key) != nil { continue }
                throw StoreError(.missingContent, "a record that is referred to is not in the project; send it first")
            }
        }
    }

    /// Puts the row of a record and counts what it refers to.
    /// - Parameter references: how many records refer to it, when it takes the place of another.
    mutating func addRecord(
        _ record: SmallRecord, at location: Location, in project: ProjectID, references: UInt32 = 0
    ) throws(StoreError) {
        let blobs = record.references.count { if case .blob = $0 { true } else { false } }
        let row = RecordRow(
            location: location, references: references, used: usageStamp,
            depth: UInt16(clamping: blobs))
        try putRecordRow(row, record.table, project, record.key)
        if record.table == .step { try changeCounters(of: project) { $0.steps += 1 } }
        didRefer(to: location)
        try changeReferences(record, in: project, by: 1)
    }

    /// Deletes the row of a record and what it counts.
    /// - Parameter record: `nil` when it cannot be read; what it refers to stays counted until a repair.
    mutating func removeRecord(
        _ table: RecordTable, _ project: ProjectID, _ key: [UInt8], _ row: RecordRow, record: SmallRecord?
    ) throws(StoreError) {
        _ = try transaction.delete(transaction.databases.records, RowKey.record(table, project, key))
        _ = try transaction.delete(transaction.databases.usage, UsageKey(project, table, key, row).bytes)
        if table == .step { try changeCounters(of: project) { $0.steps.lower(by: 1) } }
        didForget(row.location)
        if let record { try changeReferences(record, in: project, by: -1) }
    }

    /// Remembers how many records refer to one that was deleted, or found damaged, until it is stored again.
    mutating func keepReferrers(
        _ row: RecordRow, _ table: RecordTable, _ project: ProjectID, _ key: [UInt8]
    ) throws(StoreError) {
        guard row.references > 0 else { return }
        let lost = RecordRow(location: .none, references: row.references, used: 0, depth: 0)
        try transaction.put(transaction.databases.records, RowKey.record(table, project, key), lost.encoded())
    }

    /// Notes that a record was just used.
    mutating func touch(_ table: RecordTable, _ project: ProjectID, _ key: [UInt8]) throws(StoreError) {
        guard var row = try transaction.record(table, project, key), row.used < usageStamp else { return }
        _ = try transaction.delete(transaction.databases.usage, UsageKey(project, table, key, row).bytes)
        row.used = usageStamp
        try putRecordRow(row, table, project, key)
    }

    /// Lets the record's row point at a copy of it.
    mutating func moveRecord(
        _ table: RecordTable, _ project: ProjectID, _ key: [UInt8], from old: Location, to new: Location
    ) throws(StoreError) -> Bool {
        guard let row = try transaction.record(table, project, key), row.location == old else { return false }
        let moved = RecordRow(location: new, references: row.references, used: row.used, depth: row.depth)
        try putRecordRow(moved, table, project, key)
        didForget(old)
        didRefer(to: new)
        return true
    }

    private mutating func putRecordRow(
        _ row: RecordRow, _ table: RecordTable, _ project: ProjectID, _ key: [UInt8]
    ) throws(StoreError) {
        try transaction.put(transaction.databases.records, RowKey.record(table, project, key), row.encoded())
        try transaction.put(transaction.databases.usage, UsageKey(project, table, key, row).bytes, [])
    }

    private mutating func changeReferences(
        _ record: SmallRecord, in project: ProjectID, by amount: Int
    ) throws(StoreError) {
        for reference in record.references {
            switch reference {
            case .blob(let digest):
                let size = try changeReferences(to: digest, in: project, by: amount)
                if record.table == .manifest {
                    try changeCounters(of: project) { counters in
                        if amount > 0 { counters.namedBytes += size } else { counters.namedBytes.lower(by: size) }
                    }
                }
            case .record(let table, let key):
                guard var row = try transaction.recordOrLost(table, project, key) else { continue }
                row.references = UInt32(clamping: Int(row.references) + amount)
                let place = RowKey.record(table, project, key)
                if row.references == 0, !row.location.isPresent {
                    _ = try transaction.delete(transaction.databases.records, place)
                } else {
                    try transaction.put(transaction.databases.records, place, row.encoded())
                }
            }
        }
    }

    /// Changes how many records refer to a blob. The blob's size.
    private mutating func changeReferences(
        to digest: Digest, in project: ProjectID, by amount: Int
    ) throws(StoreError) -> UInt64 {
        guard var row = try transaction.blob(digest, in: project) else { return 0 }
        let before = row.references
        row.references = UInt32(clamping: Int(row.references) + amount)
        try transaction.put(transaction.databases.blobs, RowKey.owned(digest, by: project), row.encoded())
        let loose = LooseKey(project: project, kind: .blob, digest: digest)
        if before == 0, row.references > 0 { try removeLoose(loose) }
        if before > 0, row.references == 0 { try putLoose(loose) }
        return row.size
    }
}
