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
        if let cached = frames.frame(at: location) { return cached }
        // What is not right is read once more, since the memory it passed through may be to blame.
        for _ in 0..<2 {
            guard let record = try reader.record(at: location, .frame, verifying: false) else { return nil }
            guard let decoded = decode(record) else { continue }
            frames.insert(decoded, at: location)
            return decoded
        }
        reader.report(location, .frame)
        return nil
    }

    private func decode(_ record: StoredRecord) -> DecodedFrame? {
        try? record.withBody { body throws in
            let frame = try Frame(decoding: body)
            let bytes = try decoders.with { decoder in
                try decoder.decode(frame, verify: true) { [UInt8](copying: $0) }
            }
            return DecodedFrame(chunks: frame.chunks, bytes: bytes)
        }
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
    func append(_ frame: borrowing Frame, for project: ProjectID) throws(StoreError) -> Location {
        let header = frame.header
        let payload = frame.payload
        return try appender.append(.frame, project: project.number) { bytes in
            bytes.reserveCapacity(bytes.count + header.frameByteCount + RecordHeader.alignment)
            header.encode(into: &bytes)
            bytes.append(contentsOf: payload)
        }.location
    }
}

// What is found damaged stops being there, so that whoever asks is told to send it again.
extension Core {
    /// Forgets `ids`, whose frame at `location` cannot be read.
    func forget(_ ids: [Digest], in location: Location) {
        // Without this the next reader finds the same damage, no more; so a failure is none of the caller's.
        _ = try? writer.perform(weight: ids.count) { batch throws(StoreError) in
            for id in ids { try batch.removeChunk(id, in: location) }
        }
    }

    /// Forgets that `project` has the blob `digest`, if it is still the one that was read.
    func forget(_ digest: Digest, of project: ProjectID, ifStill row: BlobRow) {
        _ = try? writer.perform { batch throws(StoreError) in
            guard try batch.transaction.blob(digest, in: project) == row else { return }
            try batch.removeBlob(digest, row, in: project)
        }
    }

    /// Forgets a small record, if it is still the one that was read.
    func forget(_ table: RecordTable, _ project: ProjectID, _ key: [UInt8], ifStill row: RecordRow) {
        _ = try? writer.perform { batch throws(StoreError) in
            guard try batch.transaction.record(table, project, key) == row else { return }
            try batch.removeRecord(table, project, key, row)
        }
    }
}
