internal import Chunking

/// Counts anew, in a scratch index, all that an index counts: claims, owners, live bytes, references, what is loose, and
/// the totals. A check compares the outcome with the index, a repair copies it there, a rebuild makes it the index.
///
/// First come frames with their chunks, then blobs, then small records, then ``finishMembers(_:)`` and
/// ``finishTotals(_:files:)``.
final class Recount {
    private static let partCount = 1024

    let scratch: Scratch
    /// Bytes of the records in each chunk file that rows point at.
    private(set) var liveBytes: [UInt32: UInt64] = [:]
    private var projects: [ProjectID: ProjectCounters] = [:]
    private var counters = Counters()

    private var tables: Databases { scratch.tables }

    init(_ scratch: Scratch) {
        self.scratch = scratch
    }

    /// Notes that something points at the record at `location`.
    func use(_ location: Location) {
        guard location.isPresent else { return }
        liveBytes[location.file, default: 0] += RecordHeader.padded(Int(location.length))
    }

    /// Notes that nothing points at it any more.
    func forget(_ location: Location) {
        liveBytes[location.file]?.lower(by: RecordHeader.padded(Int(location.length)))
    }

    /// Puts the row of a chunk that nobody has yet.
    func addChunk(_ id: Digest, _ row: ChunkRow) throws(StoreError) {
        var row = row
        row.owners = 0
        let bytes = row.encoded()
        try scratch.with { [tables] transaction throws(StoreError) in
            try transaction.put(tables.chunks, id.rawBytes, bytes)
        }
    }

    /// Puts the row of a frame that chunks point at, with so many live bytes, and what it claims.
    func addFrame(
        _ row: FrameRow, at location: Location, base: [ChunkReference], in project: ProjectID
    ) throws(StoreError) {
        use(location)
        try scratch.with { [tables] transaction throws(StoreError) in
            try transaction.put(tables.frames, RowKey.place(location), row.encoded())
        }
        try claim(base, in: project) { $0.frames += 1 }
    }

    /// Puts the row of a frame that no chunk points at yet.
    func addFrameRow(_ row: FrameRow, at location: Location) throws(StoreError) {
        try scratch.with { [tables] transaction throws(StoreError) in
            try transaction.put(tables.frames, RowKey.place(location), row.encoded())
        }
    }

    /// Puts the row of a blob that nothing refers to yet.
    func addBlob(_ digest: Digest, _ row: BlobRow, in project: ProjectID) throws(StoreError) {
        use(row.record)
        var row = row
        row.references = 0
        let bytes = row.encoded()
        try scratch.with { [tables] transaction throws(StoreError) in
            try transaction.put(tables.blobs, RowKey.owned(digest, by: project), bytes)
        }
    }

    /// Counts a claim on each of `chunks`.
    func claim(
        _ chunks: [ChunkReference], in project: ProjectID, _ change: (inout MemberRow) -> Void = { $0.blobs += 1 }
    ) throws(StoreError) {
        for start in stride(from: 0, to: chunks.count, by: Self.partCount) {
            let part = chunks[start..<min(chunks.count, start + Self.partCount)]
            try scratch.with { [tables] transaction throws(StoreError) in
                for chunk in part {
                    var row = try transaction.member(chunk.id, of: project) ?? MemberRow()
                    change(&row)
                    try transaction.put(tables.members, RowKey.member(chunk.id, of: project), row.encoded())
                }
            }
        }
    }

    /// Makes chunks a project's, by keys of table `members`, though nothing may claim them.
    func join(_ keys: [[UInt8]]) throws(StoreError) {
        try scratch.with { [tables] transaction throws(StoreError) in
            for key in keys { _ = try transaction.putNew(tables.members, key, MemberRow().encoded()) }
        }
    }

    /// Puts the row of a small record that nothing refers to yet.
    func addRecord(
        _ table: RecordTable, _ project: ProjectID, _ key: [UInt8], at location: Location, used: UInt32, depth: UInt16
    ) throws(StoreError) {
        use(location)
        let row = RecordRow(location: location, references: 0, used: used, depth: depth)
        try scratch.with { [tables] transaction throws(StoreError) in
            try transaction.put(tables.records, RowKey.record(table, project, key), row.encoded())
            // One that was found damaged is there for those who refer to it only.
            guard location.isPresent else { return }
            try transaction.put(tables.usage, UsageKey(project, table, key, row).bytes, [])
        }
    }

    /// Counts what a small record refers to, when the rows of all blobs and records are there.
    /// - Returns: the first that is not there.
    func countReferences(of record: SmallRecord, in project: ProjectID) throws(StoreError) -> Reference? {
        var missing: Reference?
        for reference in record.references {
            switch reference {
            case .blob(let digest):
                guard let row = try countReference(to: digest, in: project) else {
                    missing = missing ?? reference
                    continue
                }
                if record.table == .manifest { projects[project, default: ProjectCounters()].namedBytes += row.size }
                if !row.record.isPresent { missing = missing ?? reference }
            case .record(let table, let key):
                if try !countReference(to: table, key, in: project) { missing = missing ?? reference }
            }
        }
        return missing
    }

    private func countReference(to digest: Digest, in project: ProjectID) throws(StoreError) -> BlobRow? {
        try scratch.with { [tables] transaction throws(StoreError) in
            guard var row = try transaction.blob(digest, in: project) else { return nil }
            row.references += 1
            try transaction.put(tables.blobs, RowKey.owned(digest, by: project), row.encoded())
            return row
        }
    }

    private func countReference(
        to table: RecordTable, _ key: [UInt8], in project: ProjectID
    ) throws(StoreError) -> Bool {
        try scratch.with { [tables] transaction throws(StoreError) in
            guard var row = try transaction.recordOrLost(table, project, key) else { return false }
            row.references += 1
            try transaction.put(tables.records, RowKey.record(table, project, key), row.encoded())
            return row.location.isPresent
        }
    }
}

// What follows from the rows.
extension Recount {
    /// Counts who has which chunk, what is loose, and what projects have. Members without a chunk go, and so do chunks that
    /// nobody has.
    func finishMembers() throws(StoreError) {
        try scratch.forEach(tables.members) { [tables] key, value throws(StoreError) in
            guard let member = MemberRow(decoding: value) else { throw .damagedRow("members") }
            let (project, prefix) = (RowKey.project(of: key), Array(key.dropFirst(4)))
            let length = try scratch.with { transaction throws(StoreError) -> UInt32? in
                guard let found = try transaction.first(tables.chunks, prefix: prefix),
                    var chunk = ChunkRow(decoding: found.value),
                    let id = unsafe Digest(rawBytes: found.key.span.bytes)
                else {
                    _ = try transaction.delete(tables.members, key)
                    return nil
                }
                chunk.owners += 1
                if member.frames > 0 { chunk.isBase = true }
                try transaction.put(tables.chunks, found.key, chunk.encoded())
                if member.isLoose {
                    let loose = LooseKey(project: project, kind: .chunk, digest: id)
                    try transaction.put(tables.loose, loose.bytes, [])
                }
                return chunk.length
            }
            if let length { projects[project, default: ProjectCounters()][keyPath: member.counter] += UInt64(length) }
        }
        try countChunks()
    }

    private func countChunks() throws(StoreError) {
        try scratch.forEach(tables.chunks) { [tables] key, value throws(StoreError) in
            guard let row = ChunkRow(decoding: value) else { throw .damagedRow("chunks") }
            if row.owners == 0 {
                try scratch.with { transaction throws(StoreError) in _ = try transaction.delete(tables.chunks, key) }
                try release(row)
            } else if row.frame.isPresent {
                counters.chunks += 1
                counters.uniqueBytes += UInt64(row.length)
            }
        }
    }

    /// Takes the bytes of a chunk that nobody has out of its frame.
    private func release(_ chunk: ChunkRow) throws(StoreError) {
        guard chunk.frame.isPresent else { return }
        let isGone = try scratch.with { [tables] transaction throws(StoreError) -> Bool in
            guard var row = try transaction.frame(at: chunk.frame) else { return false }
            row.live -= min(row.live, chunk.length)
            if row.live > 0 {
                try transaction.put(tables.frames, RowKey.place(chunk.frame), row.encoded())
                return false
            }
            return try transaction.delete(tables.frames, RowKey.place(chunk.frame))
        }
        if isGone { forget(chunk.frame) }
    }

    /// Puts the rows of chunk files and all totals.
    func finishTotals(files: [(number: UInt32, row: FileRow)]) throws(StoreError) {
        try countBlobs()
        try countSteps()
        try scratch.forEach(tables.frames) { _, value throws(StoreError) in
            guard let row = FrameRow(decoding: value) else { throw .damagedRow("frames") }
            counters.add(row)
        }
        for (number, row) in files {
            try scratch.with { [tables] transaction throws(StoreError) in
                try transaction.put(tables.files, RowKey.number(number), row.encoded())
            }
            guard row.state != .doomed else { continue }
            counters.files += 1
            counters.fileBytes += row.length
            counters.liveBytes += row.live
        }
        try scratch.with { [tables, counters, projects] transaction throws(StoreError) in
            try transaction.put(tables.meta, RowKey.counters, counters.encoded())
            for (project, counters) in projects {
                try transaction.put(tables.projects, RowKey.projectCounters(project), counters.encoded())
            }
        }
    }

    private func countSteps() throws(StoreError) {
        let prefix = [RecordTable.step.rawValue]
        try scratch.forEach(tables.records) { key, value throws(StoreError) in
            guard key.starts(with: prefix), let name = RowKey.recordName(key),
                RecordRow(decoding: value)?.location.isPresent == true
            else { return }
            projects[name.project, default: ProjectCounters()].steps += 1
        }
    }

    private func countBlobs() throws(StoreError) {
        try scratch.forEach(tables.blobs) { [tables] key, value throws(StoreError) in
            guard let row = BlobRow(decoding: value), let digest = unsafe Digest(rawBytes: key.span.bytes, at: 4)
            else { throw .damagedRow("blobs") }
            let project = RowKey.project(of: key)
            if row.references == 0 {
                let loose = LooseKey(project: project, kind: .blob, digest: digest)
                try scratch.with { transaction throws(StoreError) in
                    try transaction.put(tables.loose, loose.bytes, [])
                }
            }
            guard row.record.isPresent else { return }
            projects[project, default: ProjectCounters()].add(row)
        }
    }
}

extension ProjectCounters {
    fileprivate mutating func add(_ row: BlobRow) {
        blobs += 1
        logicalBytes += row.size
        if row.isLayer { layers += 1 }
    }
}

extension Counters {
    fileprivate mutating func add(_ row: FrameRow) {
        frames += 1
        frameRawBytes += UInt64(row.rawLength)
        frameBytes += UInt64(row.recordLength)
        guard row.isDelta else { return }
        deltaFrames += 1
        deltaRawBytes += UInt64(row.rawLength)
        deltaBytes += UInt64(row.recordLength)
    }
}

extension RowKey {
    /// The project whose number a key of `members` or `blobs` begins with.
    static func project(of key: [UInt8]) -> ProjectID {
        ProjectID(number: key.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
    }
}
