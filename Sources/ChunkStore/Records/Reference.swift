public import Chunking

/// What a small record needs: it is kept as long as the record is.
public enum Reference: Hashable, Sendable {
    /// A blob of the record's project.
    case blob(Digest)
    /// Another small record of the record's project.
    case record(RecordTable, [UInt8])
}

extension Reference {
    private static let blobTag: UInt8 = 0

    /// Appends a tag (0 for a blob, else the number of the table), then the digest or the counted key.
    func encode(into writer: inout ByteWriter) {
        switch self {
        case .blob(let digest):
            writer.write(Self.blobTag)
            writer.write(digest)
        case .record(let table, let key):
            writer.write(table.rawValue)
            writer.writeCounted(key)
        }
    }

    init(from reader: inout ByteReader) throws(ChunkingError) {
        let tag = try reader.readByte()
        if tag == Self.blobTag {
            self = .blob(try reader.readDigest())
        } else if let table = RecordTable(rawValue: tag) {
            self = .record(table, Array(try reader.readCounted(maximum: Store.keyBytesMaximum)))
        } else {
            throw reader.malformed("refers to table \(tag), which does not exist")
        }
    }
}
