internal import CLMDB

/// Owns an `MDB_cursor`; closed when the value is destroyed, which must be before its transaction ends.
@safe struct Cursor: ~Copyable {
    private let handle: OpaquePointer

    @unsafe init(in transaction: OpaquePointer, _ database: MDB_dbi) throws(StoreError) {
        var opened: OpaquePointer?
        let code = unsafe mdb_cursor_open(transaction, database, &opened)
        guard code == MDB_SUCCESS, let cursor = unsafe opened else { throw .index("opening a cursor", code) }
        unsafe handle = cursor
    }

    deinit {
        unsafe mdb_cursor_close(handle)
    }

    /// Lends the rows from `start` on, in the order of their keys, until `body` returns false.
    func scan(from start: [UInt8], _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool) throws(StoreError) {
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        var code = unsafe start.withUnsafeBytes { bytes in
            if unsafe bytes.isEmpty { return unsafe mdb_cursor_get(handle, &key, &value, MDB_FIRST) }
            unsafe key = unsafe MDB_val(lending: bytes)
            return unsafe mdb_cursor_get(handle, &key, &value, MDB_SET_RANGE)
        }
        while code == MDB_SUCCESS {
            guard body(unsafe key.bytes.bytes, unsafe value.bytes.bytes) else { return }
            code = unsafe mdb_cursor_get(handle, &key, &value, MDB_NEXT)
        }
        guard code == MDB_NOTFOUND else { throw .index("reading rows", code) }
    }
}

extension MDB_val {
    /// Points at `bytes` without copying; valid as long as they are. LMDB does not write through a value it is given.
    @unsafe init(lending bytes: UnsafeRawBufferPointer) {
        unsafe self.init(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }

    /// The bytes that LMDB points at; valid until the transaction ends or writes.
    @unsafe var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: mv_data, count: mv_size)
    }
}
