internal import CLMDB
internal import Chunking

/// The keys of the index's tables. Numbers in keys are big-endian, so that byte order is their order.
enum RowKey {
    static let next = Array("next".utf8)
    static let counters = Array("counters".utf8)

    static func number(_ number: UInt32) -> [UInt8] {
        var key: [UInt8] = []
        append(number, to: &key)
        return key
    }

    /// Of tables `members` and `blobs`.
    static func owned(_ digest: Digest, by project: ProjectID) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(4 + Digest.byteCount)
        append(project.number, to: &key)
        digest.append(to: &key)
        return key
    }

    static func record(_ table: RecordTable, _ project: ProjectID, _ key: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(5 + key.count)
        bytes.append(table.rawValue)
        append(project.number, to: &bytes)
        bytes.append(contentsOf: key)
        return bytes
    }

    static let nameTag = UInt8(ascii: "n")
    static let numberTag = UInt8(ascii: "i")

    static func projectName(_ name: [UInt8]) -> [UInt8] { [nameTag] + name }

    static func projectNumber(_ project: ProjectID) -> [UInt8] { [numberTag] + number(project.number) }

    private static func append(_ number: UInt32, to key: inout [UInt8]) {
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            key.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}

extension Transaction {
    /// The row of `key` in `database`; `nil` when there is none.
    func row<R: Row>(
        _ database: MDB_dbi, _ key: [UInt8], of table: String
    ) throws(StoreError) -> R? {
        guard let read = try get(database, key, { R($0) }) else { return nil }
        guard let row = read else { throw .damagedRow(table) }
        return row
    }

    func nextNumbers() throws(StoreError) -> NextNumbers {
        try row(databases.meta, RowKey.next, of: "meta") ?? NextNumbers()
    }

    func counters() throws(StoreError) -> Counters {
        try row(databases.meta, RowKey.counters, of: "meta") ?? Counters()
    }

    func chunk(_ id: Digest) throws(StoreError) -> ChunkRow? {
        try row(databases.chunks, id.rawBytes, of: "chunks")
    }

    func isMember(_ id: Digest, of project: ProjectID) throws(StoreError) -> Bool {
        try contains(databases.members, RowKey.owned(id, by: project))
    }

    func blob(_ digest: Digest, in project: ProjectID) throws(StoreError) -> BlobRow? {
        try row(databases.blobs, RowKey.owned(digest, by: project), of: "blobs")
    }

    func record(_ table: RecordTable, _ project: ProjectID, _ key: [UInt8]) throws(StoreError) -> RecordRow? {
        try row(databases.records, RowKey.record(table, project, key), of: "records")
    }

    func file(_ number: UInt32) throws(StoreError) -> FileRow? {
        try row(databases.files, RowKey.number(number), of: "files")
    }

    /// All rows of table `files`, by number.
    func files() throws(StoreError) -> [(number: UInt32, row: FileRow)] {
        var rows: [(number: UInt32, row: FileRow)] = []
        var damaged = false
        try scan(databases.files, from: []) { key, value in
            guard key.byteCount == 4, let row = FileRow(value) else {
                damaged = true
                return false
            }
            rows.append((key.integer(at: 0, as: UInt32.self).byteSwapped, row))
            return true
        }
        if damaged { throw .damagedRow("files") }
        return rows
    }

    func projectNumber(_ name: [UInt8]) throws(StoreError) -> ProjectID? {
        let read = try get(databases.projects, RowKey.projectName(name)) { row in
            row.byteCount == 4 ? ProjectID(number: row.integer(at: 0)) : nil
        }
        guard let project = read else { return nil }
        guard let project else { throw .damagedRow("projects") }
        return project
    }

    func projects() throws(StoreError) -> [(name: String, id: ProjectID)] {
        var found: [(name: String, id: ProjectID)] = []
        try scan(databases.projects, from: [RowKey.numberTag]) { key, name in
            guard key.byteCount == 5, key.integer(at: 0, as: UInt8.self) == RowKey.numberTag else { return false }
            let number: UInt32 = key.integer(at: 1)
            found.append(
                (String(decoding: [UInt8](copying: name), as: UTF8.self), ProjectID(number: number.byteSwapped)))
            return true
        }
        return found
    }
}
