internal import Chunking
internal import Compression

extension Core {
    /// The record of the frame at `location` and what stands before its payload; `nil` when it is damaged.
    func frameRecord(at location: Location) throws(StoreError) -> (record: StoredRecord, header: FrameHeader)? {
        guard let record = try reader.record(at: location, .frame) else { return nil }
        guard let header = record.frameHeader else {
            reader.report(location, .frame)
            return nil
        }
        return (record, header)
    }

    /// The frame at `location`, decompressed; `nil` when it is damaged.
    ///
    /// What is compared is the checksum of the record. The chunks were hashed when they came in, and are again by those who
    /// look for damage: hashing them on each reading too would take longer than all else together. Once damage was seen, what
    /// is read is hashed nevertheless.
    /// - Parameter hashed: whether every chunk must have been hashed, come what may.
    func decodedFrame(at location: Location, hashed: Bool = false) throws(StoreError) -> DecodedFrame? {
        let hashed = hashed || reader.hasSeenDamage
        return try frames.frame(at: location, hashed: hashed) { () throws(StoreError) in
            try decode(location, hashed: hashed, mayBeDelta: true)
        }
    }

    /// A frame that is no difference from others. Nobody is waited for, so that an index whose deltas depend on each other
    /// makes nobody wait for himself.
    private func plainFrame(at location: Location, hashed: Bool) throws(StoreError) -> DecodedFrame? {
        if let known = frames.frame(at: location), known.isHashed || !hashed { return known }
        guard let decoded = try decode(location, hashed: hashed, mayBeDelta: false) else { return nil }
        frames.insert(decoded, at: location)
        return decoded
    }

    private func decode(_ location: Location, hashed: Bool, mayBeDelta: Bool) throws(StoreError) -> DecodedFrame? {
        // What is not right is read once more, since the memory it passed through may be to blame.
        for _ in 0..<2 {
            guard let record = try reader.record(at: location, .frame) else { return nil }
            defer { reader.pool.give(record.bytes) }
            guard let header = record.frameHeader else { continue }
            guard mayBeDelta || header.base.isEmpty, let prefix = try bytes(of: header.base, hashed: hashed) else {
                return nil
            }
            defer { reader.pool.give(prefix) }
            if let decoded = decode(record, header, prefix, hashed: hashed) { return decoded }
        }
        reader.report(location, .frame)
        return nil
    }

    private func decode(
        _ record: StoredRecord, _ header: FrameHeader, _ prefix: [UInt8], hashed: Bool
    ) -> DecodedFrame? {
        let pool = reader.pool
        var bytes = pool.take(header.chunks.reduce(0) { $0 + Int($1.length) })
        do {
            try decoders.with { decoder in
                try record.withBody { body throws(CompressionError) in
                    try unsafe decoder.decode(
                        header, payload: body.extracting(droppingFirst: header.byteCount), prefix: prefix.span.bytes,
                        verify: hashed, into: &bytes)
                }
            }
        } catch {
            return nil
        }
        return DecodedFrame(chunks: header.chunks, bytes: bytes, isHashed: hashed, pool: pool)
    }

    /// The bytes of chunks that a delta is a difference from; `nil` when one is damaged or gone.
    private func bytes(of base: [ChunkReference], hashed: Bool) throws(StoreError) -> [UInt8]? {
        if base.isEmpty { return [] }
        var bytes = reader.pool.take(base.reduce(0) { $0 + Int($1.length) })
        for chunk in base {
            guard let (frame, range) = try plainChunk(chunk, hashed: hashed) else { return nil }
            let decoded = frame.bytes
            unsafe bytes.append(copying: decoded.span.bytes.extracting(range))
        }
        return bytes
    }

    /// A chunk that is not itself a difference, which is all that a delta may depend on.
    private func plainChunk(
        _ chunk: ChunkReference, hashed: Bool
    ) throws(StoreError) -> (DecodedFrame, Range<Int>)? {
        var last: Location?
        while let row = try index.read({ transaction throws(StoreError) in try transaction.chunk(chunk.id) }),
            row.frame.isPresent, row.frame != last
        {
            if let decoded = try plainFrame(at: row.frame, hashed: hashed), let range = decoded.range(of: chunk) {
                return (decoded, range)
            }
            // Looked up again: it may have been moved meanwhile.
            last = row.frame
        }
        return nil
    }

    /// What the delta frame at `location` is a difference from; `nil` when it cannot be told.
    func base(ofFrameAt location: Location) throws(StoreError) -> FrameBase? {
        guard let record = try reader.record(at: location, .frame), let header = record.frameHeader else { return nil }
        return FrameBase(project: ProjectID(number: record.header.project), chunks: header.base)
    }

    /// Decompresses `frame` and hashes every chunk.
    /// - Throws: `invalidContent` when it is not what it says.
    func verify(_ frame: borrowing Frame) throws(StoreError) {
        do {
            try decoders.with { decoder in try decoder.decode(frame, verify: true) { _ in } }
        } catch let error as CompressionError {
            throw StoreError(.invalidContent, error.description, cause: error)
        } catch {
            throw StoreError(.io, "a frame could not be verified", cause: error)
        }
    }

    /// Appends a frame whose content was verified; its rows are the caller's to commit.
    /// - Parameter isPacked: whether maintenance made it.
    func append(
        _ frame: borrowing Frame, for project: ProjectID, isPacked: Bool = false
    ) throws(StoreError) -> AppendedFrame {
        let header = frame.header
        let payload = frame.payload
        let (location, pin, _) = try appender.append(
            .frame, detail: isPacked ? 1 : 0, project: project.number
        ) { bytes in
            bytes.reserveCapacity(bytes.count + header.frameByteCount + RecordHeader.alignment)
            header.encode(into: &bytes)
            bytes.append(contentsOf: payload)
        }
        return AppendedFrame(
            location: location, chunks: header.chunks, base: header.base, isPacked: isPacked, pin: pin)
    }
}

// What is found damaged stops being there, so that whoever asks is told to send it again.
extension Core {
    /// Forgets `ids`, whose frame at `location` cannot be read.
    func forget(_ ids: [Digest], in location: Location) {
        // Without this the next reader finds the same damage, no more; so a failure is none of the caller's.
        _ = try? writer.perform(weight: ids.count) { batch throws(StoreError) in
            for id in ids { try batch.loseChunk(id, in: location) }
        }
    }

    /// Forgets that `project` has the blob `digest`, if it is still the one that was read.
    func forget(_ digest: Digest, of project: ProjectID, ifStill row: BlobRow) {
        _ = try? writer.perform { batch throws(StoreError) in
            try batch.loseBlob(digest, in: project, recordAt: row.record)
        }
    }

    /// Forgets a small record, if it is still the one that was read.
    func forget(_ table: RecordTable, _ project: ProjectID, _ key: [UInt8], ifStill row: RecordRow) {
        _ = try? writer.perform { batch throws(StoreError) in
            // With a tombstone, so that no older version comes back with a rebuilt index.
            _ = try batch.delete(OpenedRecord(row: row, record: nil), table, key, in: project)
        }
    }
}

extension StoredRecord {
    /// What stands before the payload of the frame that the record holds; `nil` when it is none.
    fileprivate var frameHeader: FrameHeader? {
        try? withBody { body throws(CompressionError) in
            let header = try FrameHeader(decoding: body)
            return header.frameByteCount == body.byteCount ? header : nil
        }
    }
}
