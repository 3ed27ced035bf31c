internal import Chunking
internal import Compression

// From what the chunk files hold to the rows of the index.
extension Rebuild {
    private var target: Scratch { recount.scratch }

    /// Lets each chunk point at the frame that counts.
    func placeChunks() throws(StoreError) {
        try catalogue.scratch.forEach(catalogue.places) { key, value throws(StoreError) in
            guard let row = PlaceRow(decoding: value), let id = unsafe Digest(rawBytes: key.span.bytes) else {
                throw .damagedRow("places")
            }
            let place = row.chosen
            try recount.addChunk(
                id, ChunkRow(frame: place.frame, rawOffset: place.rawOffset, length: row.length, isBase: row.isBase))
            try recount.addLive(row.length, ofFrameAt: place.frame)
            report.chunks += 1
        }
    }

    /// Counts what frames that are needed claim, and drops the rows of the others.
    func claimBases() throws(StoreError) {
        try target.forEach(target.tables.frames) { key, value throws(StoreError) in
            guard let row = FrameRow(decoding: value) else { throw .damagedRow("frames") }
            guard row.live > 0 else {
                try target.with { [target] transaction throws(StoreError) in
                    _ = try transaction.delete(target.tables.frames, key)
                }
                return
            }
            let location = RowKey.location(key, length: row.recordLength)
            recount.use(location)
            guard row.isDelta, let record = try reader.record(at: location, .frame),
                let header = FrameProof.header(record)
            else { return }
            try recount.claim(header.base, in: ProjectID(number: record.header.project)) { $0.frames += 1 }
        }
    }

    /// Notes the files that have a version of a name of which the latest does not know.
    private func noteOrphans(_ versions: [VersionKey], _ latest: VersionKey, _ older: OlderFiles) {
        let known = Set(older.adding(latest.location.file).numbers)
        for version in versions where !known.contains(version.location.file) {
            orphanFiles.insert(version.location.file)
        }
        // One beside the latest in the same file is no harm: both go with it.
    }

    /// What is hidden by tombstones.
    func noteTombstones() throws(StoreError) {
        try catalogue.forEachName { versions throws(StoreError) in
            guard let latest = versions.last, latest.isTombstone,
                let record = try reader.record(at: latest.location, .tombstone),
                let tombstone = try? record.withBody({ body throws(ChunkingError) in try Tombstone(decoding: body) })
            else { return }
            noteOrphans(versions, latest, tombstone.older)
        }
    }

    /// The blobs that were stored last and not deleted, if all of their chunks are there.
    func addBlobs() throws(StoreError) {
        try catalogue.forEachName { versions throws(StoreError) in
            guard let latest = versions.last, !latest.isTombstone, case .blob(let digest) = latest.name else { return }
            guard let record = try blobRecord(latest), try has(record.distinctChunks) else {
                report.losses.addBlob("blob \(digest) of project '\(projectName(latest.project))'")
                try catalogue.put(catalogue.lostBlobs, RowKey.owned(digest, by: latest.project))
                return
            }
            noteOrphans(versions, latest, record.older)
            let row = BlobRow(size: record.recipe.size, record: latest.location, isLayer: record.entries != nil)
            try recount.addBlob(digest, row, in: latest.project)
            let chunks = record.distinctChunks
            try recount.claim(chunks, in: latest.project)
            report.blobs += 1
            guard try needsPacking(chunks) else { return }
            try target.with { [target] transaction throws(StoreError) in
                try transaction.put(
                    target.tables.unpacked, RowKey.place(latest.location), RowKey.owned(digest, by: latest.project))
            }
        }
    }

    private func blobRecord(_ version: VersionKey) throws(StoreError) -> BlobRecord? {
        guard let record = try reader.record(at: version.location, .blob) else { return nil }
        return try? record.withBody { body throws(ChunkingError) in try BlobRecord(decoding: body) }
    }

    private func has(_ chunks: [ChunkReference]) throws(StoreError) -> Bool {
        try target.with { transaction throws(StoreError) in
            for chunk in chunks {
                guard let row = try transaction.chunk(chunk.id), row.length == chunk.length else { return false }
            }
            return true
        }
    }

    /// Whether a chunk is in a frame as it came.
    private func needsPacking(_ chunks: [ChunkReference]) throws(StoreError) -> Bool {
        try target.with { transaction throws(StoreError) in
            for chunk in chunks {
                guard let row = try transaction.chunk(chunk.id), let frame = try transaction.frame(at: row.frame),
                    !frame.isPacked
                else { continue }
                return true
            }
            return false
        }
    }

    /// The small records that were written last and not deleted, if all that they refer to is there.
    func addRecords() throws(StoreError) {
        let interval = max(1, options.usageInterval)
        try catalogue.forEachName { versions throws(StoreError) in
            guard let latest = versions.last, !latest.isTombstone, case .record(let table, let key) = latest.name,
                let record = try smallRecord(at: latest.location)
            else { return }
            noteOrphans(versions, latest, record.older)
            next.clock = max(next.clock, record.made)
            let depth = record.references.count { if case .blob = $0 { true } else { false } }
            try recount.addRecord(
                table, latest.project, key, at: latest.location,
                used: UInt32(clamping: record.made / interval * interval), depth: UInt16(clamping: depth))
        }
        while try dropRecords() > 0 {}
        try forEachRecord { name, _, record throws(StoreError) in
            _ = try recount.countReferences(of: record, in: name.project)
            report.smallRecords += 1
        }
    }

    /// Drops small records that refer to what is not there. How many.
    private func dropRecords() throws(StoreError) -> Int {
        var count = 0
        try forEachRecord { name, row, record throws(StoreError) in
            guard try !recount.hasAll(record.references, of: name.project) else { return }
            try recount.removeRecord(name.table, name.project, name.key, row)
            report.losses.addRecord(describe(name.table, name.key, record.value, projectName(name.project)))
            try catalogue.put(catalogue.lostRecords, RowKey.record(name.table, name.project, name.key))
            count += 1
        }
        return count
    }

    private func forEachRecord(
        _ body: (
            (table: RecordTable, project: ProjectID, key: [UInt8]), RecordRow, SmallRecord
        ) throws(StoreError) -> Void
    ) throws(StoreError) {
        try target.forEach(target.tables.records) { key, value throws(StoreError) in
            guard let name = RowKey.recordName(key), let row = RecordRow(decoding: value),
                let record = try smallRecord(at: row.location)
            else { throw .damagedRow("records") }
            try body(name, row, record)
        }
    }

    private func smallRecord(at location: Location) throws(StoreError) -> SmallRecord? {
        guard let record = try reader.record(at: location, .record) else { return nil }
        return try? record.withBody { body throws(ChunkingError) in try SmallRecord(decoding: body) }
    }
}

extension Recount {
    /// Counts more bytes of a frame as needed.
    fileprivate func addLive(_ length: UInt32, ofFrameAt location: Location) throws(StoreError) {
        try scratch.with { [scratch] transaction throws(StoreError) in
            guard var row = try transaction.frame(at: location) else { return }
            row.live += length
            try transaction.put(scratch.tables.frames, RowKey.place(location), row.encoded())
        }
    }

    /// Whether all that is referred to has a row.
    fileprivate func hasAll(_ references: [Reference], of project: ProjectID) throws(StoreError) -> Bool {
        try scratch.with { transaction throws(StoreError) in
            for reference in references {
                switch reference {
                case .blob(let digest):
                    if try transaction.blob(digest, in: project) == nil { return false }
                case .record(let table, let key):
                    if try transaction.record(table, project, key) == nil { return false }
                }
            }
            return true
        }
    }

    fileprivate func removeRecord(
        _ table: RecordTable, _ project: ProjectID, _ key: [UInt8], _ row: RecordRow
    ) throws(StoreError) {
        forget(row.location)
        try scratch.with { [scratch] transaction throws(StoreError) in
            _ = try transaction.delete(scratch.tables.records, RowKey.record(table, project, key))
            _ = try transaction.delete(scratch.tables.usage, UsageKey(project, table, key, row).bytes)
        }
    }
}

extension RowKey {
    /// The place that a key of table `frames` says.
    static func location(_ key: [UInt8], length: UInt32) -> Location {
        func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        return Location(
            file: UInt32(number(key.prefix(4))), length: length,
            offset: number(key.suffix(4)) * UInt64(RecordHeader.alignment))
    }
}
