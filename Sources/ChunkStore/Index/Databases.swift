internal import CLMDB

/// The handles of the index's tables.
struct Databases: Sendable {
    static let count: UInt32 = 24

    /// Counters and the next numbers to give out.
    let meta: MDB_dbi
    /// Project names, numbers and counters.
    let projects: MDB_dbi
    /// Where each chunk is.
    let chunks: MDB_dbi
    /// Which project has which chunk, and how often it is claimed.
    let members: MDB_dbi
    /// How much of each frame is needed.
    let frames: MDB_dbi
    /// Which project has which blob, and where its recipe is.
    let blobs: MDB_dbi
    /// Where each small record is.
    let records: MDB_dbi
    /// Small records by when they were last used.
    let usage: MDB_dbi
    /// Blobs and chunks that nothing refers to.
    let loose: MDB_dbi
    /// Blobs of many chunks whose claims are being made or given up.
    let partials: MDB_dbi
    /// Layers to be packed.
    let unpacked: MDB_dbi
    /// Where changed files of a layer that is not packed yet may be found.
    let predecessors: MDB_dbi
    /// How far each chunk file is committed.
    let files: MDB_dbi

    /// Opens all tables, making those that do not exist, in a transaction of its own.
    @unsafe init(in environment: OpaquePointer) throws(StoreError) {
        var begun: OpaquePointer?
        let code = unsafe mdb_txn_begin(environment, nil, 0, &begun)
        guard code == MDB_SUCCESS, let transaction = unsafe begun else { throw .index("opening the tables", code) }
        do {
            meta = try unsafe Self.open("meta", transaction)
            projects = try unsafe Self.open("projects", transaction)
            chunks = try unsafe Self.open("chunks", transaction)
            members = try unsafe Self.open("members", transaction)
            frames = try unsafe Self.open("frames", transaction)
            blobs = try unsafe Self.open("blobs", transaction)
            records = try unsafe Self.open("records", transaction)
            usage = try unsafe Self.open("usage", transaction)
            loose = try unsafe Self.open("loose", transaction)
            partials = try unsafe Self.open("partials", transaction)
            unpacked = try unsafe Self.open("unpacked", transaction)
            predecessors = try unsafe Self.open("predecessors", transaction)
            files = try unsafe Self.open("files", transaction)
        } catch {
            unsafe mdb_txn_abort(transaction)
            throw error
        }
        let committed = unsafe mdb_txn_commit(transaction)
        guard committed == MDB_SUCCESS else { throw .index("making the tables", committed) }
    }

    private static func open(_ name: String, _ transaction: OpaquePointer) throws(StoreError) -> MDB_dbi {
        var database: MDB_dbi = 0
        let code = unsafe mdb_dbi_open(transaction, name, UInt32(MDB_CREATE), &database)
        guard code == MDB_SUCCESS else { throw .index("opening the table '\(name)'", code) }
        return database
    }
}
