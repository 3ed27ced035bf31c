internal import CLMDB
internal import Glibc
internal import Logging
internal import SystemPackage

/// Owns an `MDB_env`, the index as a whole; closed when the value is destroyed.
///
/// Default sync and no `WRITEMAP`, so a commit is durable when it returns and a stray write cannot reach the file.
@safe struct Environment: ~Copyable, @unchecked Sendable {
    // Sendable: LMDB guards an environment itself, and `MDB_NOTLS` unties read transactions from their thread.
    private let handle: OpaquePointer
    private let databases: Databases
    /// Kept until the environment is closed: a second one in the same process would undo LMDB's own locks.
    private let lock: RootLock?

    static let readersMaximum: UInt32 = 1024
    private static let mapSizeMinimum = 64 << 20

    /// Opens the environment in `directory`, making it when there is none. An address space of `mapSizeMaximum`
    /// that cannot be had is halved until it can.
    /// - Parameters:
    ///   - lock: of the root; `nil` for an environment that is not in one.
    ///   - isScratch: whether commits need not be durable before ``sync()``.
    init(
        at directory: FilePath, mapSizeMaximum: Int, lock: RootLock?, isScratch: Bool = false, logger: Logger
    ) throws(StoreError) {
        var size = max(mapSizeMaximum, Self.mapSizeMinimum)
        let flags = UInt32(MDB_NOTLS | MDB_NORDAHEAD) | (isScratch ? UInt32(MDB_NOSYNC) : 0)
        var opened = unsafe Self.open(directory, mapSize: size, flags: flags)
        while unsafe opened.code == ENOMEM, size / 2 >= Self.mapSizeMinimum {
            size /= 2
            unsafe opened = unsafe Self.open(directory, mapSize: size, flags: flags)
        }
        guard let environment = unsafe opened.handle else {
            throw .index("opening \(directory)", unsafe opened.code)
        }
        if size < mapSizeMaximum {
            logger.warning(
                "the index may not grow as far as configured: no address space for it",
                metadata: ["index.bytes.maximum": "\(size)"])
        }
        var dead: Int32 = 0
        _ = unsafe mdb_reader_check(environment, &dead)
        let tables: Databases
        do {
            tables = try unsafe Databases(in: environment)
        } catch {
            unsafe mdb_env_close(environment)
            throw error
        }
        unsafe handle = environment
        databases = tables
        self.lock = lock
    }

    deinit {
        unsafe mdb_env_close(handle)
    }

    private static func open(
        _ directory: FilePath, mapSize: Int, flags: UInt32
    ) -> (handle: OpaquePointer?, code: Int32) {
        var created: OpaquePointer?
        var code = unsafe mdb_env_create(&created)
        guard code == MDB_SUCCESS, let environment = unsafe created else { return (nil, code) }
        _ = unsafe mdb_env_set_maxreaders(environment, readersMaximum)
        _ = unsafe mdb_env_set_maxdbs(environment, Databases.count)
        code = unsafe mdb_env_set_mapsize(environment, mapSize)
        if code == MDB_SUCCESS {
            code = unsafe directory.withPlatformString { unsafe mdb_env_open(environment, $0, flags, 0o600) }
        }
        guard code == MDB_SUCCESS else {
            unsafe mdb_env_close(environment)
            return (nil, code)
        }
        return unsafe (environment, code)
    }

    /// Runs `body` on a snapshot. Keep it short: pages that it pins cannot be reused.
    func read<R>(_ body: (borrowing Transaction) throws(StoreError) -> R) throws(StoreError) -> R {
        let transaction = try unsafe Transaction(in: handle, databases, flags: UInt32(MDB_RDONLY))
        return try body(transaction)
    }

    /// Begins the one write transaction; only the writer thread may.
    func beginWrite() throws(StoreError) -> Transaction {
        try unsafe Transaction(in: handle, databases, flags: 0)
    }

    /// Opens a further table, made when it does not exist.
    func table(_ name: String) throws(StoreError) -> MDB_dbi {
        var begun: OpaquePointer?
        let code = unsafe mdb_txn_begin(handle, nil, 0, &begun)
        guard code == MDB_SUCCESS, let transaction = unsafe begun else { throw .index("opening a table", code) }
        var database: MDB_dbi = 0
        let opened = unsafe mdb_dbi_open(transaction, name, UInt32(MDB_CREATE), &database)
        guard opened == MDB_SUCCESS else {
            unsafe mdb_txn_abort(transaction)
            throw .index("opening the table '\(name)'", opened)
        }
        let committed = unsafe mdb_txn_commit(transaction)
        guard committed == MDB_SUCCESS else { throw .index("making the table '\(name)'", committed) }
        return database
    }

    /// Makes all that was committed durable.
    func sync() throws(StoreError) {
        let code = unsafe mdb_env_sync(handle, 1)
        guard code == MDB_SUCCESS else { throw .index("syncing", code) }
    }

    /// Copies a snapshot to `directory`, which must be empty.
    func copy(to directory: FilePath) throws(StoreError) {
        let code = unsafe directory.withPlatformString { unsafe mdb_env_copy2(handle, $0, UInt32(MDB_CP_COMPACT)) }
        guard code == MDB_SUCCESS else { throw .index("copying to \(directory)", code) }
    }

    /// The last transaction whose commit is complete or about to be: never older than what ``read(_:)`` sees. From memory.
    var lastTransaction: UInt64 {
        var info = unsafe MDB_envinfo()
        _ = unsafe mdb_env_info(handle, &info)
        return unsafe UInt64(info.me_last_txnid)
    }

    /// How long the index's file is. Bytes.
    var byteCount: UInt64 {
        var info = unsafe MDB_envinfo()
        var stat = MDB_stat()
        _ = unsafe mdb_env_info(handle, &info)
        _ = unsafe mdb_env_stat(handle, &stat)
        return unsafe (UInt64(info.me_last_pgno) + 1) * UInt64(stat.ms_psize)
    }
}
