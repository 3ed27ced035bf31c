internal import CLMDB
internal import Chunking

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

    /// Where scrubbing goes on.
    func scrub() throws(StoreError) -> ScrubRow {
        try row(databases.meta, RowKey.scrub, of: "meta") ?? ScrubRow()
    }

    func chunk(_ id: Digest) throws(StoreError) -> ChunkRow? {
        try row(databases.chunks, id.rawBytes, of: "chunks")
    }

    /// What keeps the chunk in the project; `nil` when the project does not have it.
    func member(_ id: Digest, of project: ProjectID) throws(StoreError) -> MemberRow? {
        try row(databases.members, RowKey.member(id, of: project), of: "members")
    }

    /// The row of a chunk that the project has and that is there.
    func chunk(_ id: Digest, of project: ProjectID) throws(StoreError) -> ChunkRow? {
        guard try contains(databases.members, RowKey.member(id, of: project)), let row = try chunk(id),
            row.frame.isPresent
        else { return nil }
        return row
    }

    func frame(at location: Location) throws(StoreError) -> FrameRow? {
        try row(databases.frames, RowKey.place(location), of: "frames")
    }

    func partial(at location: Location) throws(StoreError) -> PartialRow? {
        try row(databases.partials, RowKey.place(location), of: "partials")
    }

    /// All rows of table `partials`.
    func partials() throws(StoreError) -> [PartialRow] {
        var rows: [PartialRow] = []
        try scan(databases.partials, from: []) { _, value in
            if let row = PartialRow(value) { rows.append(row) }
            return true
        }
        return rows
    }

    /// Whether the record of a blob that is half stored or half deleted is in a file.
    func hasPartial(in file: UInt32) throws(StoreError) -> Bool {
        try partials().contains { $0.record.file == file }
    }

    func projectCounters(_ project: ProjectID) throws(StoreError) -> ProjectCounters {
        try row(databases.projects, RowKey.projectCounters(project), of: "projects") ?? ProjectCounters()
    }

    func blob(_ digest: Digest, in project: ProjectID) throws(StoreError) -> BlobRow? {
        try row(databases.blobs, RowKey.owned(digest, by: project), of: "blobs")
    }

    /// The row of a record that is there.
    func record(_ table: RecordTable, _ project: ProjectID, _ key: [UInt8]) throws(StoreError) -> RecordRow? {
        guard let row = try recordOrLost(table, project, key), row.location.isPresent else { return nil }
        return row
    }

    /// The row of a record that is there, or was found damaged while others refer to it.
    func recordOrLost(
        _ table: RecordTable, _ project: ProjectID, _ key: [UInt8]
    ) throws(StoreError) -> RecordRow? {
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
