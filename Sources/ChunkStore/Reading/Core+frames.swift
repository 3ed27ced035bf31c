internal import Chunking
internal import Compression

extension Core {
    /// The frame at `location` as it is stored; `nil` when it is damaged.
    func frame(at location: Location) throws(StoreError) -> Frame? {
        guard let record = try reader.record(at: location, .frame) else { return nil }
        let frame = try? record.withBody { body throws(CompressionError) in try Frame(decoding: body) }
        if frame == nil { reader.report(location, .frame) }
        return frame
    }

    /// The frame at `location`, decompressed and every chunk hashed; `nil` when it is damaged. That also tells what went
    /// wrong before the frame was written, so the record's checksum, which says less, is not looked at.
    func decodedFrame(at location: Location) throws(StoreError) -> DecodedFrame? {
        try decodedFrame(at: location, mayBeDelta: true)
    }

    private func decodedFrame(at location: Location, mayBeDelta: Bool) throws(StoreError) -> DecodedFrame? {
        if let cached = frames.frame(at: location) { return cached }
        // What is not right is read once more, since the memory it passed through may be to blame.
        for _ in 0..<2 {
            guard let record = try reader.record(at: location, .frame, verifying: false) else { return nil }
            guard let frame = record.frame else { continue }
            guard mayBeDelta || frame.base.isEmpty, let prefix = try bytes(of: frame.base) else { return nil }
            guard let decoded = decode(frame, prefix) else { continue }
            frames.insert(decoded, at: location)
            return decoded
        }
        reader.report(location, .frame)
        return nil
    }

    private func decode(_ frame: borrowing Frame, _ prefix: [UInt8]) -> DecodedFrame? {
        let chunks = frame.chunks
        let bytes = try? decoders.with { decoder in
            try unsafe decoder.decode(frame, prefix: prefix.span.bytes, verify: true) { [UInt8](copying: $0) }
        }
        return bytes.map { DecodedFrame(chunks: chunks, bytes: $0) }
    }

    /// The bytes of chunks that a delta is a difference from; `nil` when one is damaged or gone.
    private func bytes(of base: [ChunkReference]) throws(StoreError) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(base.reduce(0) { $0 + Int($1.length) })
        for chunk in base {
            guard let (frame, range) = try plainChunk(chunk) else { return nil }
            bytes.append(contentsOf: frame.bytes[range])
        }
        return bytes
    }

    /// A chunk that is not itself a difference, which is all that a delta may depend on.
    private func plainChunk(_ chunk: ChunkReference) throws(StoreError) -> (DecodedFrame, Range<Int>)? {
        var last: Location?
        while let row = try index.read({ transaction throws(StoreError) in try transaction.chunk(chunk.id) }),
            row.frame.isPresent, row.frame != last
        {
            if let decoded = try decodedFrame(at: row.frame, mayBeDelta: false), let range = decoded.range(of: chunk) {
                return (decoded, range)
            }
            // Looked up again: it may have been moved meanwhile.
            last = row.frame
        }
        return nil
    }

    /// What the delta frame at `location` is a difference from; `nil` when it cannot be told.
    func base(ofFrameAt location: Location) throws(StoreError) -> FrameBase? {
        guard let record = try reader.record(at: location, .frame), let frame = record.frame else { return nil }
        return FrameBase(project: ProjectID(number: record.header.project), chunks: frame.base)
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
    /// The frame that the record holds; `nil` when it is none.
    fileprivate var frame: Frame? {
        try? withBody { body throws(CompressionError) in try Frame(decoding: body) }
    }
}
