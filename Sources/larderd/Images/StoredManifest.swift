import Chunking
import OCI

/// A manifest or index exactly as it was pushed, with its media type.
///
/// As a record: the length of the media type as a varint, the media type, the document's bytes.
struct StoredManifest: Hashable, Sendable {
    /// The most bytes a document may have: what fits a record beside the media type.
    static let byteCountMaximum = (4 << 20) - 1_024
    /// The most bytes a media type may have.
    static let mediaTypeMaximum = 255

    let mediaType: String
    let bytes: [UInt8]
    /// The digest of `bytes`.
    let digest: Digest

    init(mediaType: String, bytes: [UInt8]) {
        self.mediaType = mediaType
        self.bytes = bytes
        digest = Digest(hashing: bytes)
    }

    /// Reads a record.
    /// - Throws: ``ChunkingError`` `malformed`.
    init(decoding record: [UInt8]) throws(ChunkingError) {
        var reader = ByteReader(record, subject: "the record of a manifest")
        let mediaType = try reader.readCounted(maximum: Self.mediaTypeMaximum)
        let bytes = try reader.readBytes(reader.remaining)
        self.init(mediaType: String(decoding: mediaType, as: UTF8.self), bytes: Array(bytes))
    }

    /// The record.
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: bytes.count + mediaType.utf8.count + 2)
        writer.writeCounted(Array(mediaType.utf8))
        writer.write(bytes)
        return writer.bytes
    }
}
