internal import Chunking

extension Store {
    static let keyBytesMaximum = 400
    /// A document of 4 MiB and what is noted about it.
    private static let valueBytesMaximum = (4 << 20) + (4 << 10)

    /// Writes a record, durable when this returns.
    /// - Parameters:
    ///   - value: at most 4 MiB and 4 KiB; kept in a chunk file.
    ///   - table: the kind of record.
    ///   - key: 1 to 400 bytes.
    ///   - project: whose it is.
    ///   - policy: what to do when there is one.
    ///   - references: what the project must have, checked in the same transaction, and what is kept as long as the
    ///     record is.
    /// - Returns: whether the record was written; `false` when `keepFirst` kept another.
    /// - Throws: `missingContent` naming the first of `references` that is not there; `invalidName` and
    ///   `invalidContent` for a key or a value that is too long; `diskFull`, `poisoned`, `io`, `closed`.
    public func put(
        _ value: [UInt8], in table: RecordTable, key: [UInt8], project: ProjectID, policy: RecordPolicy = .replace,
        references: [Reference] = []
    ) throws(StoreError) -> Bool {
        try Self.check(key)
        guard value.count <= Self.valueBytesMaximum else {
            throw StoreError(
                .invalidContent, "a record has at most \(Self.valueBytesMaximum) bytes, this one \(value.count)")
        }
        guard references.count <= SmallRecord.referencesMaximum else {
            throw StoreError(
                .invalidContent,
                "a record refers to at most \(SmallRecord.referencesMaximum) things, this one to \(references.count)")
        }
        return try use { core throws(StoreError) in
            while true {
                let old = try core.openRecord(table, key, in: project)
                if old != nil, policy == .keepFirst { return false }
                let outcome = try core.put(
                    value, in: table, key: key, project: project, references: references, after: old)
                if outcome { return true }
            }
        }
    }

    /// The record under `key`; `nil` when there is none.
    /// - Throws: `io`, `closed`.
    public func record(in table: RecordTable, key: [UInt8], project: ProjectID) throws(StoreError) -> [UInt8]? {
        try use { core throws(StoreError) in
            guard let opened = try core.openRecord(table, key, in: project) else { return nil }
            if let record = opened.record { return record.value }
            core.forget(table, project, key, ifStill: opened.row)
            return nil
        }
    }

    /// Notes that a record was of use just now, which keeps it from being evicted for a while. Cheap: its row is changed
    /// later, together with others.
    public func touch(_ table: RecordTable, key: [UInt8], project: ProjectID) throws(StoreError) {
        try use { core throws(StoreError) in
            core.recentUse.note(RecentUse.Item(table: table, project: project, key: key))
        }
    }

    /// The keys that begin with `prefix`, in byte order, after `after`, at most `limit`.
    /// - Throws: `io`, `closed`.
    public func keys(
        in table: RecordTable, prefix: [UInt8], after: [UInt8]? = nil, limit: Int, project: ProjectID
    ) throws(StoreError) -> [[UInt8]] {
        try summaries(in: table, prefix: prefix, after: after, limit: limit, project: project).map(\.key)
    }

    /// Deletes a record, durable when this returns (a tombstone keeps a rebuilt index from bringing it back).
    /// - Returns: whether there was one.
    /// - Throws: `diskFull`, `poisoned`, `io`, `closed`.
    public func delete(in table: RecordTable, key: [UInt8], project: ProjectID) throws(StoreError) -> Bool {
        try Self.check(key)
        return try use { core throws(StoreError) in
            while let opened = try core.openRecord(table, key, in: project) {
                let isDeleted = try core.writer.perform { batch throws(StoreError) in
                    try batch.delete(opened, table, key, in: project)
                }
                if isDeleted { return true }
            }
            return false
        }
    }

    private static func check(_ key: [UInt8]) throws(StoreError) {
        guard (1...keyBytesMaximum).contains(key.count) else {
            throw StoreError(
                .invalidName, "a record's key has 1 to \(keyBytesMaximum) bytes, this one \(key.count); shorten it")
        }
    }
}

/// A small record that was read.
struct OpenedRecord: Sendable {
    let row: RecordRow
    /// `nil` when it is damaged.
    let record: SmallRecord?
}

extension Core {
    /// The record under `key`; `nil` when there is none.
    func openRecord(
        _ table: RecordTable, _ key: [UInt8], in project: ProjectID
    ) throws(StoreError) -> OpenedRecord? {
        var last: RecordRow?
        while true {
            let row = try index.read { transaction throws(StoreError) in
                try transaction.record(table, project, key)
            }
            guard let row else { return nil }
            // Compaction may have moved it between two looks; one that stayed where it was is damaged.
            if let last, last.location == row.location { return OpenedRecord(row: row, record: nil) }
            if let record = try smallRecord(at: row.location, of: project), record.table == table, record.key == key {
                return OpenedRecord(row: row, record: record)
            }
            last = row
        }
    }

    /// The small record at `location`; `nil` when it is damaged or gone.
    func smallRecord(at location: Location, of project: ProjectID) throws(StoreError) -> SmallRecord? {
        guard let record = try reader.record(at: location, .record), record.header.project == project.number else {
            return nil
        }
        return try? record.withBody { body throws(ChunkingError) in try SmallRecord(decoding: body) }
    }

    /// Writes a record in place of `old`. Whether it was written: not when another came first.
    fileprivate func put(
        _ value: [UInt8], in table: RecordTable, key: [UInt8], project: ProjectID, references: [Reference],
        after old: OpenedRecord?
    ) throws(StoreError) -> Bool {
        try writer.perform(weight: 1 + references.count) { batch throws(StoreError) in
            let now = try batch.transaction.record(table, project, key)
            guard now?.location == old?.row.location else { return false }
            let referrers = try batch.transaction.recordOrLost(table, project, key)?.references ?? 0
            try batch.require(references, of: project)
            var older = OlderFiles.none
            if let old { older = try batch.files(of: old) }
            let record = SmallRecord(
                table: table, key: key, made: batch.now, references: references, value: value, older: older)
            let location = try batch.append(.record, project: project) { record.encode(into: &$0) }
            if let now { try batch.removeRecord(table, project, key, now, record: old?.record) }
            try batch.addRecord(record, at: location, in: project, references: referrers)
            return true
        }
    }
}

extension WriteBatch {
    /// Deletes a record if it is still the one that was read. Whether it was.
    mutating func delete(
        _ opened: OpenedRecord, _ table: RecordTable, _ key: [UInt8], in project: ProjectID
    ) throws(StoreError) -> Bool {
        guard let now = try transaction.record(table, project, key), now.location == opened.row.location else {
            return false
        }
        let tombstone = Tombstone(.record(table, key), older: try files(of: opened))
        let location = try append(.tombstone, project: project) { tombstone.encode(into: &$0) }
        try removeRecord(table, project, key, now, record: opened.record)
        try keepReferrers(now, table, project, key)
        didRefer(to: location)
        return true
    }
}
