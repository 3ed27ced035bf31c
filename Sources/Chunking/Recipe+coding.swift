extension Recipe {
    static let formatVersion: UInt8 = 1

    /// The binary form. It is canonical: equal recipes have equal bytes.
    ///
    /// | field | bytes | meaning |
    /// |---|---|---|
    /// | version | 1 | 1 |
    /// | parameters | 2, little-endian | ``ChunkParameters/id`` |
    /// | digest | 32 | SHA-256 of the blob |
    /// | size | varint | length of the blob |
    /// | header chunk count | varint | |
    /// | payload chunk count | varint | |
    /// | extent count | varint | |
    /// | header chunks | 32 + varint each | id, then length (1 to 1 MiB) |
    /// | payload chunks | 32 + varint each | id, then length (1 to 1 MiB) |
    /// | first stream | 1, absent without extents | 0 headers, 1 payload; then they alternate |
    /// | extents | varint each | length, at least 1 |
    ///
    /// Nothing follows. The extents of each stream add up to the lengths of its chunks, all extents to the size.
    /// Varints are described at ``ByteWriter``.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 64 + (headers.count + payload.count) * 35 + extents.count * 3)
        writer.write(Self.formatVersion)
        writer.writeFixed(parameters)
        writer.write(digest)
        writer.writeVarint(size)
        writer.writeVarint(headers.count)
        writer.writeVarint(payload.count)
        writer.writeVarint(extents.count)
        for chunks in [headers, payload] {
            for chunk in chunks {
                writer.write(chunk.id)
                writer.writeVarint(UInt64(chunk.length))
            }
        }
        if let first = extents.first {
            writer.write(first.stream.rawValue)
        }
        for extent in extents {
            writer.writeVarint(extent.length)
        }
        return writer.bytes
    }

    /// Reads the binary form. Checks that every length agrees with ``size`` and with the streams, so pieces of a
    /// decoded recipe always cover the blob. O(n); memory is bounded by the length of `bytes`.
    /// - Throws: `malformed`, `unsupportedVersion`, `tooLarge`.
    public init(decoding bytes: RawSpan) throws(ChunkingError) {
        var reader = ByteReader(bytes, subject: "the recipe")
        let version = try reader.readByte()
        guard version == Self.formatVersion else {
            throw ChunkingError(
                .unsupportedVersion, "the recipe has format \(version); this program reads \(Self.formatVersion)")
        }
        let parameters: UInt16 = try reader.readFixed()
        guard ChunkParameters(id: parameters) != nil else {
            throw ChunkingError(
                .unsupportedVersion,
                "the recipe was cut with parameter set \(parameters), which this program does not know")
        }
        let digest = try reader.readDigest()
        let size = try reader.readVarint()
        let headerCount = try reader.readCount(maximum: .max, size: Digest.byteCount + 1)
        let payloadCount = try reader.readCount(maximum: .max, size: Digest.byteCount + 1)
        let extentCount = try reader.readCount(maximum: .max)
        let headers = try Self.readChunks(&reader, count: headerCount)
        let payload = try Self.readChunks(&reader, count: payloadCount)
        let extents = try Self.readExtents(&reader, count: extentCount)
        try reader.expectEnd()
        self.init(
            parameters: parameters, digest: digest, size: size, headers: headers, payload: payload, extents: extents)
        try checkLengths(reader)
    }

    private static func readChunks(
        _ reader: inout ByteReader, count: Int
    ) throws(ChunkingError) -> [ChunkReference] {
        var chunks: [ChunkReference] = []
        chunks.reserveCapacity(min(count, reader.remaining / (Digest.byteCount + 1)))
        for _ in 0..<count {
            let id = try reader.readDigest()
            let length = try reader.readVarint()
            guard length >= 1, length <= UInt64(ChunkReference.lengthMaximum) else {
                throw reader.malformed("has a chunk of \(length) bytes")
            }
            chunks.append(ChunkReference(id: id, length: UInt32(length)))
        }
        return chunks
    }

    private static func readExtents(_ reader: inout ByteReader, count: Int) throws(ChunkingError) -> [Extent] {
        guard count > 0 else { return [] }
        guard var stream = Stream(rawValue: try reader.readByte()) else {
            throw reader.malformed("names a stream that does not exist")
        }
        var extents: [Extent] = []
        extents.reserveCapacity(min(count, reader.remaining))
        for _ in 0..<count {
            let length = try reader.readVarint()
            guard length > 0 else { throw reader.malformed("has an empty extent") }
            extents.append(Extent(stream: stream, length: length))
            stream = stream == .headers ? .payload : .headers
        }
        return extents
    }

    private func checkLengths(_ reader: ByteReader) throws(ChunkingError) {
        var left = (headers: byteCount(of: .headers), payload: byteCount(of: .payload))
        let (sum, overflow) = left.headers.addingReportingOverflow(left.payload)
        guard !overflow, sum == size else {
            throw reader.malformed("has chunks that do not add up to its size")
        }
        for extent in extents {
            let available = extent.stream == .headers ? left.headers : left.payload
            guard extent.length <= available else {
                throw reader.malformed("has extents longer than their stream")
            }
            switch extent.stream {
            case .headers: left.headers -= extent.length
            case .payload: left.payload -= extent.length
            }
        }
        guard left.headers == 0, left.payload == 0 else {
            throw reader.malformed("has extents that do not use up their stream")
        }
    }
}
