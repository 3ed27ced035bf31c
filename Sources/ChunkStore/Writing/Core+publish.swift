internal import Chunking

extension Core {
    /// Makes a blob durable and the project's, together with `pending`.
    /// - Parameter provingPossession: whether the project must have every chunk of the content already; else the blob's
    ///   bytes came from it just now. All chunks become the project's with the blob.
    /// - Throws: `missingContent` when a chunk is not there; `diskFull`, `poisoned`, `io`.
    func publish(
        _ record: BlobRecord, with pending: PendingChunks, in project: ProjectID, provingPossession: Bool
    ) throws(StoreError) -> BlobInfo {
        let digest = record.recipe.digest
        leases.hold(digest, of: project)
        let chunks = record.distinctChunks
        let proven = provingPossession ? record.contentChunks : []
        if let known = try presentBlob(digest, in: project) {
            // The blob may have been sent again because a chunk of it was damaged.
            if pending.count > 0 { try add(pending, to: project) }
            return BlobInfo(digest, known)
        }
        if chunks.count > options.claimsPerJob {
            try add(pending, to: project)
            return try publishInParts(record, chunks, in: project, proven: proven)
        }
        return try writer.perform(weight: chunks.count) { batch throws(StoreError) in
            _ = try batch.add(pending, to: project)
            let before = try batch.transaction.blob(digest, in: project)
            if let before, before.record.isPresent { return BlobInfo(digest, before) }
            for chunk in chunks {
                try batch.require(chunk.id, of: project, membership: proven.contains(chunk.id))
            }
            let location = try batch.append(.blob, project: project) { record.encode(into: &$0) }
            // A row whose record was found damaged still has its claims.
            if before == nil { try batch.claim(chunks, in: project) }
            try batch.addBlob(record, at: location, in: project)
            return BlobInfo(digest, size: record.recipe.size, isLayer: record.entries != nil)
        }
    }

    private func presentBlob(_ digest: Digest, in project: ProjectID) throws(StoreError) -> BlobRow? {
        try index.read { transaction throws(StoreError) in
            guard let row = try transaction.blob(digest, in: project), row.record.isPresent else { return nil }
            return row
        }
    }

    private func add(_ pending: PendingChunks, to project: ProjectID) throws(StoreError) {
        _ = try writer.perform(weight: pending.count) { batch throws(StoreError) in
            try batch.add(pending, to: project)
        }
    }
}

// Blobs of many chunks: claimed in parts, with a row that says how far, so that a crash leaves no claim behind.
extension Core {
    private func publishInParts(
        _ record: BlobRecord, _ chunks: [ChunkReference], in project: ProjectID, proven: Set<Digest>
    ) throws(StoreError) -> BlobInfo {
        let begun = try writer.perform { batch throws(StoreError) in
            let location = try batch.append(.blob, project: project) { record.encode(into: &$0) }
            let row = PartialRow(record: location, project: project, claimed: 0)
            try batch.putPartial(row)
            batch.didRefer(to: location)
            return row
        }
        var partial = begun
        do throws(StoreError) {
            for start in stride(from: 0, to: chunks.count, by: options.claimsPerJob) {
                let part = Array(chunks[start..<min(chunks.count, start + options.claimsPerJob)])
                partial = try claim(part, for: partial, proven: proven)
            }
            let (info, isOver) = try finish(partial, record)
            if !isOver { try release(partial) }
            return info
        } catch {
            try? release(partial)
            throw error
        }
    }

    private func claim(
        _ chunks: [ChunkReference], for partial: PartialRow, proven: Set<Digest>
    ) throws(StoreError) -> PartialRow {
        try writer.perform(weight: chunks.count) { batch throws(StoreError) in
            for chunk in chunks {
                try batch.require(chunk.id, of: partial.project, membership: proven.contains(chunk.id))
            }
            try batch.claim(chunks, in: partial.project)
            var next = partial
            next.claimed += UInt32(chunks.count)
            try batch.putPartial(next)
            return next
        }
    }

    /// Puts the blob's row.
    /// - Returns: whether the claims are the blob's now; else they are one set too many.
    private func finish(
        _ partial: PartialRow, _ record: BlobRecord
    ) throws(StoreError) -> (info: BlobInfo, isOver: Bool) {
        let (digest, project) = (record.recipe.digest, partial.project)
        return try writer.perform { batch throws(StoreError) in
            let before = try batch.transaction.blob(digest, in: project)
            if let before, before.record.isPresent { return (BlobInfo(digest, before), false) }
            try batch.addBlob(record, at: partial.record, in: project)
            if before == nil { try batch.removePartial(partial) }
            return (BlobInfo(digest, size: record.recipe.size, isLayer: record.entries != nil), before == nil)
        }
    }

    /// Gives up what `partial` claims, a part at a time; its row goes with the last.
    func release(_ partial: PartialRow) throws(StoreError) {
        let stored = try reader.record(at: partial.record, .blob)
        let record = try stored == nil ? nil : blobRecord(at: partial.record)
        let chunks = record?.distinctChunks ?? []
        var end = min(chunks.count, Int(partial.claimed))
        repeat {
            let start = max(0, end - options.claimsPerJob)
            let part = Array(chunks[start..<end])
            try writer.perform(weight: part.count) { batch throws(StoreError) in
                try batch.unclaim(part, in: partial.project)
                var rest = partial
                rest.claimed = UInt32(start)
                if start > 0 { return try batch.putPartial(rest) }
                try batch.removePartial(partial)
                guard let stored, let record else { return }
                try batch.void(stored, of: record.recipe.digest, at: partial)
            }
            end = start
        } while end > 0
    }

    /// Gives up what a crash left half claimed or half given up. Before the store is used.
    func releasePartials() throws(StoreError) {
        let partials = try index.read { transaction throws(StoreError) in try transaction.partials() }
        for partial in partials { try release(partial) }
    }
}

extension WriteBatch {
    /// Writes down that a blob's record does not count, unless the blob is there by it: a rebuilt index must not bring back
    /// what was never stored to the end.
    fileprivate mutating func void(
        _ record: StoredRecord, of digest: Digest, at partial: PartialRow
    ) throws(StoreError) {
        if try transaction.blob(digest, in: partial.project)?.record == partial.record { return }
        let item = VoidRecord.Item(sequence: record.header.sequence, file: partial.record.file)
        didRefer(to: try append(.void, project: nil) { VoidRecord([item]).encode(into: &$0) })
    }

    mutating func claim(_ chunks: [ChunkReference], in project: ProjectID) throws(StoreError) {
        for chunk in chunks { try changeClaims(on: chunk, in: project) { $0.blobs += 1 } }
    }

    mutating func unclaim(_ chunks: [ChunkReference], in project: ProjectID) throws(StoreError) {
        for chunk in chunks { try changeClaims(on: chunk, in: project) { $0.blobs -= min($0.blobs, 1) } }
    }
}
