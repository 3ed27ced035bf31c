public import Chunking

extension Store {
    private static let keyBytesMaximum = 400
    private static let valueBytesMaximum = 4 << 20

    /// Writes a record, durable when this returns.
    /// - Parameters:
    ///   - value: at most 4 MiB; kept in a chunk file.
    ///   - table: the kind of record.
    ///   - key: 1 to 400 bytes.
    ///   - project: whose it is.
    ///   - policy: what to do when there is one.
    ///   - requires: blobs that the project must have, checked in the same transaction.
    /// - Returns: whether the record was written; `false` when `keepFirst` kept another.
    /// - Throws: `missingContent` naming the first of `requires` that is not there; `invalidName` and
    ///   `invalidContent` for a key or a value that is too long; `diskFull`, `poisoned`, `io`, `closed`.
    public func put(
        _ value: [UInt8], in table: RecordTable, key: [UInt8], project: ProjectID, policy: RecordPolicy = .replace,
        requires: [Digest] = []
    ) throws(StoreError) -> Bool {
        try Self.check(key)
        guard value.count <= Self.valueBytesMaximum else {
            throw StoreError(
                .invalidContent, "a record has at most \(Self.valueBytesMaximum) bytes, this one \(value.count)")
        }
        return try use { core throws(StoreError) in
            try core.writer.perform { batch throws(StoreError) in
                for digest in requires where try batch.transaction.blob(digest, in: project) == nil {
                    throw StoreError(.missingContent, "blob \(digest) is not in the project; send it first")
                }
                let old = try batch.transaction.record(table, project, key)
                if policy == .keepFirst, old != nil { return false }
                let location = try batch.append(.record, project: project) {
                    RecordBody.encodeRecord(table, key: key, value: value, into: &$0)
                }
                try batch.setRecord(table, project, key, RecordRow(location: location), replacing: old)
                return true
            }
        }
    }

    /// The record under `key`; `nil` when there is none.
    /// - Throws: `io`, `closed`.
    public func record(in table: RecordTable, key: [UInt8], project: ProjectID) throws(StoreError) -> [UInt8]? {
        try use { core throws(StoreError) in
            let found = try core.index.read { transaction throws(StoreError) in
                try transaction.record(table, project, key)
            }
            guard let row = found else { return nil }
            if let record = try core.reader.record(at: row.location, .record),
                let content = record.withBody({ RecordBody.decodeRecord($0) }),
                content.table == table, content.key == key, record.header.project == project.number
            {
                return content.value
            }
            core.forget(table, project, key, ifStill: row)
            return nil
        }
    }

    /// The keys that begin with `prefix`, in byte order, after `after`, at most `limit`.
    /// - Throws: `io`, `closed`.
    public func keys(
        in table: RecordTable, prefix: [UInt8], after: [UInt8]? = nil, limit: Int, project: ProjectID
    ) throws(StoreError) -> [[UInt8]] {
        guard limit > 0 else { return [] }
        let owner = RowKey.record(table, project, [])
        let wanted = owner + prefix
        let first = after.map { after in after.lexicographicallyPrecedes(prefix) ? wanted : owner + after } ?? wanted
        return try use { core throws(StoreError) in
            try core.index.read { transaction throws(StoreError) in
                var keys: [[UInt8]] = []
                try transaction.scan(transaction.databases.records, from: first) { key, _ in
                    let bytes = [UInt8](copying: key)
                    guard bytes.starts(with: wanted) else { return false }
                    let found = Array(bytes.dropFirst(owner.count))
                    if found != after { keys.append(found) }
                    return keys.count < limit
                }
                return keys
            }
        }
    }

    /// Deletes a record, durable when this returns (a tombstone keeps a rebuilt index from bringing it back).
    /// - Returns: whether there was one.
    /// - Throws: `diskFull`, `poisoned`, `io`, `closed`.
    public func delete(in table: RecordTable, key: [UInt8], project: ProjectID) throws(StoreError) -> Bool {
        try Self.check(key)
        return try use { core throws(StoreError) in
            try core.writer.perform { batch throws(StoreError) in
                guard let row = try batch.transaction.record(table, project, key) else { return false }
                let location = try batch.append(.tombstone, project: project) {
                    RecordBody.encodeRecord(table, key: key, value: [], into: &$0)
                }
                try batch.removeRecord(table, project, key, row)
                batch.didRefer(to: location)
                return true
            }
        }
    }

    private static func check(_ key: [UInt8]) throws(StoreError) {
        guard (1...keyBytesMaximum).contains(key.count) else {
            throw StoreError(
                .invalidName, "a record's key has 1 to \(keyBytesMaximum) bytes, this one \(key.count); shorten it")
        }
    }
}
