internal import Chunking

// Rows of the index against what they point at.
extension Check {
    /// Rows of chunks that no verified frame has where they say. They are counted as the index has them, so that the
    /// recount tells what is counted wrongly, not what follows from damage.
    func compareChunks(_ index: borrowing Transaction) throws(StoreError) {
        try index.forEach(index.databases.chunks) { [scratch] key, value throws(StoreError) in
            guard let id = unsafe Digest(rawBytes: key.span.bytes), key.count == Digest.byteCount,
                let row = ChunkRow(decoding: value)
            else {
                found(.index, "a row of table 'chunks' cannot be read")
                return
            }
            report.chunks += 1
            let isProven = try scratch.with { transaction throws(StoreError) in
                try transaction.contains(scratch.tables.chunks, key)
            }
            if isProven { return }
            try recount.addChunk(id, row)
            guard row.frame.isPresent else { return }
            let place = "chunk file \(row.frame.file), offset \(row.frame.offset)"
            try catalogue.put(catalogue.lostChunks, key, row.frame.bytes)
            found(.chunk, "chunk \(id) is not in the frame at \(place)")
            try adoptFrame(of: row, index)
        }
    }

    private func adoptFrame(of chunk: ChunkRow, _ index: borrowing Transaction) throws(StoreError) {
        let known = try scratch.with { [scratch] transaction throws(StoreError) -> FrameRow? in
            guard var row = try transaction.frame(at: chunk.frame) else { return nil }
            row.live += chunk.length
            try transaction.put(scratch.tables.frames, RowKey.place(chunk.frame), row.encoded())
            return row
        }
        if known != nil { return }
        guard var row = try index.frame(at: chunk.frame) else { return }
        row.live = chunk.length
        try recount.addFrame(row, at: chunk.frame, base: [], in: ProjectID(number: 0))
    }

    func compareBlobs(_ index: borrowing Transaction) throws(StoreError) {
        try index.forEach(index.databases.blobs) { key, value throws(StoreError) in
            guard key.count == 4 + Digest.byteCount, let digest = unsafe Digest(rawBytes: key.span.bytes, at: 4),
                let row = BlobRow(decoding: value)
            else {
                found(.index, "a row of table 'blobs' cannot be read")
                return
            }
            report.blobs += 1
            let project = RowKey.project(of: key)
            try recount.addBlob(digest, row, in: project)
            guard let record = try blobRecord(at: row.record, of: project), record.recipe.digest == digest,
                record.recipe.size == row.size, (record.entries != nil) == row.isLayer
            else {
                try catalogue.put(catalogue.lostBlobs, key)
                found(.blob, "the record of blob \(digest) of project \(project.number) is lost")
                return
            }
            let chunks = record.distinctChunks
            try recount.claim(chunks, in: project)
            if let missing = try firstMissing(of: chunks) {
                try catalogue.put(catalogue.lostBlobs, key)
                found(.blob, "blob \(digest) of project \(project.number) lacks chunk \(missing)")
            }
        }
    }

    /// Which of `chunks` is not there.
    private func firstMissing(of chunks: [ChunkReference]) throws(StoreError) -> Digest? {
        for chunk in chunks {
            let row = try scratch.with { [catalogue] transaction throws(StoreError) -> ChunkRow? in
                if try transaction.contains(catalogue.lostChunks, chunk.id.rawBytes) { return nil }
                return try transaction.chunk(chunk.id)
            }
            guard let row, row.frame.isPresent, row.length == chunk.length else { return chunk.id }
        }
        return nil
    }

    func blobRecord(at location: Location, of project: ProjectID) throws(StoreError) -> BlobRecord? {
        guard let record = try reader.record(at: location, .blob), record.header.project == project.number else {
            return nil
        }
        return try? record.withBody { body throws(ChunkingError) in try BlobRecord(decoding: body) }
    }

    func comparePartials(_ index: borrowing Transaction) throws(StoreError) {
        for partial in try index.partials() {
            recount.use(partial.record)
            try scratch.with { [scratch] transaction throws(StoreError) in
                try transaction.put(scratch.tables.partials, RowKey.place(partial.record), partial.encoded())
            }
            guard let record = try blobRecord(at: partial.record, of: partial.project) else {
                found(.blob, "the record of a blob that is being stored or deleted is lost")
                continue
            }
            try recount.claim(Array(record.distinctChunks.prefix(Int(partial.claimed))), in: partial.project)
        }
    }

    func compareRecords(_ index: borrowing Transaction) throws(StoreError) {
        try index.forEach(index.databases.records) { key, value throws(StoreError) in
            guard let name = RowKey.recordName(key), let row = RecordRow(decoding: value) else {
                found(.index, "a row of table 'records' cannot be read")
                return
            }
            if row.location.isPresent { report.smallRecords += 1 }
            try recount.addRecord(
                name.table, name.project, name.key, at: row.location, used: row.used, depth: row.depth)
        }
        try index.forEach(index.databases.records) { key, value throws(StoreError) in
            // One that was deleted while others refer to it is nothing wrong: they may outlive it.
            guard let name = RowKey.recordName(key), let row = RecordRow(decoding: value), row.location.isPresent
            else { return }
            let what = "record \(describe(name.key)) of table '\(name.table)' of project \(name.project.number)"
            guard let record = try smallRecord(at: row.location, of: name.project), record.table == name.table,
                record.key == name.key
            else {
                try catalogue.put(catalogue.lostRecords, key)
                found(.smallRecord, "\(what) is lost")
                return
            }
            guard let missing = try recount.countReferences(of: record, in: name.project) else { return }
            if case .record(let table, let key) = missing,
                try index.recordOrLost(table, name.project, key)?.location.isPresent == false
            {
                return
            }
            found(.smallRecord, "\(what) refers to \(describe(missing)), which is not there")
        }
    }

    func smallRecord(at location: Location, of project: ProjectID) throws(StoreError) -> SmallRecord? {
        guard let record = try reader.record(at: location, .record), record.header.project == project.number else {
            return nil
        }
        return try? record.withBody { body throws(ChunkingError) in try SmallRecord(decoding: body) }
    }

    /// Chunks that projects have although nothing claims them.
    func compareMembers(_ index: borrowing Transaction) throws(StoreError) {
        var last: [UInt8]?
        while true {
            let page = try index.page(index.databases.members, after: last)
            guard let end = page.last else { break }
            try recount.join(page.map(\.key))
            last = end.key
        }
        try recount.finishMembers()
    }

    func describe(_ key: [UInt8]) -> String {
        let isText = key.allSatisfy { (0x21...0x7e).contains($0) }
        return isText ? "'\(String(decoding: key, as: UTF8.self))'" : RowKey.hex(key)
    }

    func describe(_ reference: Reference) -> String {
        switch reference {
        case .blob(let digest): "blob \(digest)"
        case .record(let table, let key): "record \(describe(key)) of table '\(table)'"
        }
    }
}

extension RowKey {
    /// What a key of table `records` is made of.
    static func recordName(_ key: [UInt8]) -> (table: RecordTable, project: ProjectID, key: [UInt8])? {
        guard key.count > 5, let table = RecordTable(rawValue: key[0]) else { return nil }
        return (table, project(of: Array(key[1..<5])), Array(key[5...]))
    }

    /// `bytes` in hexadecimal.
    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
