internal import CLMDB

/// Owns an `MDB_txn`; aborted when the value is destroyed without ``commit()``.
@safe struct Transaction: ~Copyable {
    private let handle: OpaquePointer
    let databases: Databases
    /// How many rows were put or deleted.
    private(set) var mutations = 0

    @unsafe init(in environment: OpaquePointer, _ databases: Databases, flags: UInt32) throws(StoreError) {
        var begun: OpaquePointer?
        let code = unsafe mdb_txn_begin(environment, nil, flags, &begun)
        guard code == MDB_SUCCESS, let transaction = unsafe begun else { throw .index("beginning a transaction", code) }
        unsafe handle = transaction
        self.databases = databases
    }

    deinit {
        unsafe mdb_txn_abort(handle)
    }

    /// Which it is: of one that reads, the last that was committed before it.
    var id: UInt64 { unsafe UInt64(mdb_txn_id(handle)) }

    /// Makes the changes durable.
    consuming func commit() throws(StoreError) {
        let transaction = unsafe handle
        discard self
        let code = unsafe mdb_txn_commit(transaction)
        guard code == MDB_SUCCESS else { throw .index("committing", code) }
    }

    /// Lends the value under `key` to `body`; `nil` when there is none.
    func get<R>(_ database: MDB_dbi, _ key: [UInt8], _ body: (RawSpan) -> R) throws(StoreError) -> R? {
        var result: R?
        let code = unsafe key.withUnsafeBytes { bytes in
            var key = unsafe MDB_val(lending: bytes)
            var value = unsafe MDB_val()
            let code = unsafe mdb_get(handle, database, &key, &value)
            if code == MDB_SUCCESS { result = body(unsafe value.bytes.bytes) }
            return code
        }
        guard code == MDB_SUCCESS || code == MDB_NOTFOUND else { throw .index("reading a row", code) }
        return result
    }

    /// Whether there is a row under `key`.
    func contains(_ database: MDB_dbi, _ key: [UInt8]) throws(StoreError) -> Bool {
        try get(database, key) { _ in true } ?? false
    }

    /// Puts `value` under `key`, in place of what is there.
    mutating func put(_ database: MDB_dbi, _ key: [UInt8], _ value: [UInt8]) throws(StoreError) {
        _ = try put(database, key, value, flags: 0)
    }

    /// Puts `value` under `key` unless there is a row. Whether it was put.
    mutating func putNew(_ database: MDB_dbi, _ key: [UInt8], _ value: [UInt8]) throws(StoreError) -> Bool {
        try put(database, key, value, flags: UInt32(MDB_NOOVERWRITE))
    }

    private mutating func put(
        _ database: MDB_dbi, _ key: [UInt8], _ value: [UInt8], flags: UInt32
    ) throws(StoreError) -> Bool {
        let transaction = unsafe handle
        let code = unsafe key.withUnsafeBytes { keyBytes in
            unsafe value.withUnsafeBytes { valueBytes in
                var key = unsafe MDB_val(lending: keyBytes)
                var value = unsafe MDB_val(lending: valueBytes)
                return unsafe mdb_put(transaction, database, &key, &value, flags)
            }
        }
        if code == MDB_KEYEXIST { return false }
        guard code == MDB_SUCCESS else { throw .index("putting a row", code) }
        mutations += 1
        return true
    }

    /// Deletes the row under `key`. Whether there was one.
    mutating func delete(_ database: MDB_dbi, _ key: [UInt8]) throws(StoreError) -> Bool {
        let code = unsafe key.withUnsafeBytes { bytes in
            var key = unsafe MDB_val(lending: bytes)
            return unsafe mdb_del(handle, database, &key, nil)
        }
        if code == MDB_NOTFOUND { return false }
        guard code == MDB_SUCCESS else { throw .index("deleting a row", code) }
        mutations += 1
        return true
    }

    /// Lends the rows from `start` on, in the order of their keys, until `body` returns false.
    func scan(
        _ database: MDB_dbi, from start: [UInt8], _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StoreError) {
        let cursor = try unsafe Cursor(in: handle, database)
        try cursor.scan(from: start, body)
    }
}
