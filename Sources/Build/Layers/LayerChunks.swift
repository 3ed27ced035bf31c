internal import Chunking

/// What a layer on this runner keeps of its recipe, so that layers like it need not be fetched as a whole: the chunks of its
/// payload, and where their bytes are. Chunks of headers are not kept: what a layer's headers said is in no file.
struct LayerChunks {
    /// Bytes of the payload that follow each other in the layer's image, too.
    struct Part {
        /// How many, at least 1.
        let byteCount: UInt64
        /// Where they begin in the image; 0 when they are not in it.
        let place: UInt64
    }

    /// The chunks of the payload, in order.
    let chunks: [ChunkReference]
    /// All of the payload, in order; empty for an unpacked tree, whose table of contents says as much.
    let parts: [Part]

    private static let formatVersion: UInt8 = 1

    init(chunks: [ChunkReference], parts: [Part]) {
        self.chunks = chunks
        self.parts = parts
    }

    /// The binary form: a byte with its version, the number of chunks, their ids, their lengths, the number of parts, and of
    /// each part length and place. Numbers are varints (``ByteWriter``).
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 16 + chunks.count * 35 + parts.count * 7)
        writer.write(Self.formatVersion)
        writer.writeVarint(chunks.count)
        for chunk in chunks { writer.write(chunk.id) }
        for chunk in chunks { writer.writeVarint(UInt64(chunk.length)) }
        writer.writeVarint(parts.count)
        for part in parts {
            writer.writeVarint(part.byteCount)
            writer.writeVarint(part.place)
        }
        return writer.bytes
    }

    /// Reads the binary form.
    /// - Throws: `malformed`, `unsupportedVersion`.
    init(decoding bytes: [UInt8]) throws(ChunkingError) {
        var reader = try Self.reader(of: bytes)
        let ids = try Self.readIDs(&reader)
        var chunks: [ChunkReference] = []
        chunks.reserveCapacity(ids.count)
        for id in ids {
            let length = try reader.readVarint(as: UInt32.self)
            guard (1...ChunkReference.lengthMaximum).contains(length) else {
                throw reader.malformed("has a chunk of \(length) bytes")
            }
            chunks.append(ChunkReference(id: id, length: length))
        }
        var parts: [Part] = []
        for _ in 0..<(try reader.readCount(maximum: .max, size: 2)) {
            parts.append(Part(byteCount: try reader.readVarint(), place: try reader.readVarint()))
        }
        try reader.expectEnd()
        self.init(chunks: chunks, parts: parts)
    }

    /// The names of the chunks alone.
    /// - Throws: as ``init(decoding:)``.
    static func ids(decoding bytes: [UInt8]) throws(ChunkingError) -> [Digest] {
        var reader = try reader(of: bytes)
        return try readIDs(&reader)
    }

    private static func reader(of bytes: [UInt8]) throws(ChunkingError) -> ByteReader {
        var reader = ByteReader(bytes, subject: "the list of a layer's chunks")
        let version = try reader.readByte()
        guard version == formatVersion else {
            throw ChunkingError(.unsupportedVersion, "the list of a layer's chunks has format \(version)")
        }
        return reader
    }

    private static func readIDs(_ reader: inout ByteReader) throws(ChunkingError) -> [Digest] {
        let count = try reader.readCount(maximum: .max, size: Digest.byteCount + 1)
        var ids: [Digest] = []
        ids.reserveCapacity(count)
        for _ in 0..<count { ids.append(try reader.readDigest()) }
        return ids
    }
}

extension LayerChunks {
    /// Gathers the parts of a payload.
    struct Parts {
        private(set) var all: [Part] = []

        /// Adds the bytes of the next file, which are in an image.
        mutating func add(byteCount: UInt64, at place: UInt64) {
            if byteCount > 0 { all.append(Part(byteCount: byteCount, place: place)) }
        }

        /// Adds the bytes of a file that the image does not have.
        mutating func skip(byteCount: UInt64) { add(byteCount: byteCount, at: 0) }
    }
}
