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
    private let lock: RootLock

    static let readersMaximum: UInt32 = 1024
    private static let mapSizeMinimum = 64 << 20

    /// Opens the environment in `directory`, making it when there is none. An address space of `mapSizeMaximum`
    /// that cannot be had is halved until it can.
    init(at directory: FilePath, mapSizeMaximum: Int, lock: RootLock, logger: Logger) throws(StoreError) {
        var size = max(mapSizeMaximum, Self.mapSizeMinimum)
        var opened = unsafe Self.open(directory, mapSize: size)
        while unsafe opened.code == ENOMEM, size / 2 >= Self.mapSizeMinimum {
            size /= 2
            unsafe opened = unsafe Self.open(directory, mapSize: size)
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

    private static func open(_ directory: FilePath, mapSize: Int) -> (handle: OpaquePointer?, code: Int32) {
        var created: OpaquePointer?
        var code = unsafe mdb_env_create(&created)
        guard code == MDB_SUCCESS, let environment = unsafe created else { return (nil, code) }
        _ = unsafe mdb_env_set_maxreaders(environment, readersMaximum)
        _ = unsafe mdb_env_set_maxdbs(environment, Databases.count)
        code = unsafe mdb_env_set_mapsize(environment, mapSize)
        if code == MDB_SUCCESS {
            let flags = UInt32(MDB_NOTLS | MDB_NORDAHEAD)
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

    /// How long the index's file is. Bytes.
    var byteCount: UInt64 {
        var info = unsafe MDB_envinfo()
        var stat = MDB_stat()
        _ = unsafe mdb_env_info(handle, &info)
        _ = unsafe mdb_env_stat(handle, &stat)
        return unsafe (UInt64(info.me_last_pgno) + 1) * UInt64(stat.ms_psize)
    }
}
