internal import Chunking
internal import Compression

extension Core {
    /// Makes a blob durable and the project's, together with `pending`.
    /// - Parameter provingPossession: whether the project must have every chunk already; else the blob's bytes came
    ///   from it just now, and its chunks become the project's with it.
    /// - Throws: `missingContent` when a chunk is not there; `diskFull`, `poisoned`, `io`.
    func publish(
        _ result: LayerSplitter.Result, with pending: PendingChunks, in project: ProjectID, provingPossession: Bool
    ) throws(StoreError) -> BlobInfo {
        let recipe = result.recipe
        let ids = (recipe.headers + recipe.payload).map(\.id)
        let known = try index.read { transaction throws(StoreError) in
            try transaction.blob(recipe.digest, in: project)
        }
        if let known {
            // The blob may have been sent again because a chunk of it was damaged.
            if pending.count > 0 { try add(pending, to: project) }
            return BlobInfo(recipe.digest, known)
        }
        let entries = try result.entries.map { table throws(StoreError) in try append(table, of: recipe.digest) }
        // A blob of many chunks becomes the project's in parts, its row last.
        let isLarge = ids.count > options.pendingChunksMaximum
        if isLarge {
            try add(pending, to: project)
            if !provingPossession { try join(ids, to: project) }
        }
        let together = isLarge ? PendingChunks() : pending
        let encoded = recipe.encoded()
        return try writer.perform(weight: min(ids.count, options.pendingChunksMaximum)) { batch throws(StoreError) in
            _ = try batch.add(together, to: project)
            if let known = try batch.transaction.blob(recipe.digest, in: project) {
                return BlobInfo(recipe.digest, known)
            }
            for id in ids { try batch.require(id, of: project, membership: provingPossession || isLarge) }
            let location = try batch.append(.blob, project: project) { $0.append(contentsOf: encoded) }
            if !provingPossession && !isLarge {
                for id in ids { try batch.addMember(id, of: project) }
            }
            let row = BlobRow(size: recipe.size, recipe: location, entries: entries)
            try batch.addBlob(recipe.digest, row, in: project)
            if let entries { batch.didRefer(to: entries) }
            return BlobInfo(recipe.digest, row)
        }
    }

    private func add(_ pending: PendingChunks, to project: ProjectID) throws(StoreError) {
        _ = try writer.perform(weight: pending.count) { batch throws(StoreError) in
            try batch.add(pending, to: project)
        }
    }

    /// Makes chunks that are there the project's, a part at a time.
    func join(_ ids: [Digest], to project: ProjectID) throws(StoreError) {
        for start in stride(from: 0, to: ids.count, by: options.pendingChunksMaximum) {
            let part = Array(ids[start..<min(ids.count, start + options.pendingChunksMaximum)])
            try writer.perform(weight: part.count) { batch throws(StoreError) in
                for id in part { try batch.require(id, of: project, membership: false) }
                for id in part { try batch.addMember(id, of: project) }
            }
        }
    }
}

extension WriteBatch {
    /// Checks that a chunk is there and, with `membership`, that it is the project's.
    /// - Throws: `missingContent`.
    func require(_ id: Digest, of project: ProjectID, membership: Bool) throws(StoreError) {
        var isThere = try transaction.contains(transaction.databases.chunks, id.rawBytes)
        if isThere, membership { isThere = try transaction.isMember(id, of: project) }
        if isThere { return }
        throw StoreError(
            .missingContent, "chunk \(id.short) is not there; ask which chunks are missing and send them again")
    }
}

// Entry tables.
extension Core {
    private static let partByteCount = 256 << 10

    /// Appends an entry table. It says nothing by itself: a blob's row makes it somebody's.
    func append(_ table: EntryTable, of layer: Digest) throws(StoreError) -> Location {
        let frames = try compress(table.encoded())
        return try appender.append(.entries) { bytes in
            var writer = ByteWriter(appendingTo: bytes)
            writer.write(layer)
            writer.writeFixed(UInt32(frames.count))
            bytes = writer.bytes
            for frame in frames { frame.encode(into: &bytes) }
        }.location
    }

    private func compress(_ bytes: [UInt8]) throws(StoreError) -> [Frame] {
        var builder = FrameBuilder(codec: .zstd, level: options.level, target: Frame.rawBytesMaximum)
        var frames: [Frame] = []
        do throws(CompressionError) {
            for start in stride(from: 0, to: bytes.count, by: Self.partByteCount) {
                let end = min(bytes.count, start + Self.partByteCount)
                let part = unsafe bytes.span.bytes.extracting(start..<end)
                let chunk = ChunkReference(id: Digest(hashing: part), length: UInt32(end - start))
                if let frame = try builder.add(chunk, part) { frames.append(frame) }
            }
            if let frame = try builder.flush() { frames.append(frame) }
        } catch {
            throw StoreError(.io, "an entry table could not be compressed: \(error.description)", cause: error)
        }
        return frames
    }

    /// The entry table at `location`; `nil` when it is damaged.
    func entries(at location: Location, of layer: Digest) throws(StoreError) -> EntryTable? {
        guard let record = try reader.record(at: location, .entries) else { return nil }
        var bytes: [UInt8] = []
        let isWhole = try? record.withBody { body throws -> Bool in
            guard body.byteCount >= Digest.byteCount + 4, Digest(rawBytes: body) == layer else { return false }
            var parser = FrameParser()
            try parser.update(body.extracting(droppingFirst: Digest.byteCount + 4)) { frame in
                try decoders.with { decoder in
                    try decoder.decode(frame, verify: true) { bytes.append(copying: $0) }
                }
            }
            try parser.finish()
            return true
        }
        guard isWhole == true else { return nil }
        return unsafe try? EntryTable(decoding: bytes.span.bytes)
    }
}
