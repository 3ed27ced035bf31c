internal import Chunking
internal import Compression

/// Decompresses frames and hashes every chunk, delta frames with the chunks that they are differences from.
struct FrameProof {
    /// What is known of a frame that is right.
    struct Proven {
        let header: FrameHeader
        let isPacked: Bool
        let project: ProjectID

        var isDelta: Bool { !header.base.isEmpty }
        var rawLength: UInt32 { header.chunks.reduce(0) { $0 + $1.length } }

        /// The row of the frame at `location`.
        func row(at location: Location, live: UInt32) -> FrameRow {
            FrameRow(
                recordLength: location.length, rawLength: rawLength, live: live, isPacked: isPacked, isDelta: isDelta)
        }
    }

    private let reader: RecordReader
    private let decoders = DecoderPool()
    private let cache = FrameCache()

    init(_ reader: RecordReader) {
        self.reader = reader
    }

    /// What the record holds, verified; `nil` when it is not right or, for a delta, when what it needs is not.
    /// - Parameter place: where a chunk is.
    func prove(
        _ record: StoredRecord, place: (Digest) throws(StoreError) -> Location?
    ) throws(StoreError) -> Proven? {
        guard let frame = Self.frame(record) else { return nil }
        let header = frame.header
        guard let prefix = try bytes(of: header.base, place), decode(frame, prefix) != nil else { return nil }
        return Proven(
            header: header, isPacked: record.header.detail == 1, project: ProjectID(number: record.header.project))
    }

    /// The header of the frame in `record`; `nil` when it is none.
    static func header(_ record: StoredRecord) -> FrameHeader? {
        frame(record)?.header
    }

    private static func frame(_ record: StoredRecord) -> Frame? {
        try? record.withBody { body throws(CompressionError) in try Frame(decoding: body) }
    }

    private func decode(_ frame: borrowing Frame, _ prefix: [UInt8]) -> [UInt8]? {
        try? decoders.with { decoder in
            try unsafe decoder.decode(frame, prefix: prefix.span.bytes, verify: true) { [UInt8](copying: $0) }
        }
    }

    private func bytes(
        of base: [ChunkReference], _ place: (Digest) throws(StoreError) -> Location?
    ) throws(StoreError) -> [UInt8]? {
        var bytes: [UInt8] = []
        for chunk in base {
            guard let location = try place(chunk.id), let frame = try plainFrame(at: location),
                let range = frame.range(of: chunk)
            else { return nil }
            bytes.append(contentsOf: frame.bytes[range])
        }
        return bytes
    }

    private func plainFrame(at location: Location) throws(StoreError) -> DecodedFrame? {
        if let known = cache.frame(at: location) { return known }
        guard let record = try reader.record(at: location, .frame), let frame = Self.frame(record),
            frame.base.isEmpty, let bytes = decode(frame, [])
        else { return nil }
        let decoded = DecodedFrame(chunks: frame.chunks, bytes: bytes, isHashed: true)
        cache.insert(decoded, at: location)
        return decoded
    }
}
