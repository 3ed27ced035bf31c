import CacheAPI
import Chunking
import OCI

/// A manifest or index exactly as it was pushed, with its media type.
///
/// As a record: flags (bit 0: not complete), who pushed it (``ByteWriter/write(_:)``), the length of the media type as a varint,
/// the media type, the document's bytes.
struct StoredManifest: Hashable, Sendable {
    /// The most bytes a document may have.
    static let byteCountMaximum = 4 << 20

    let mediaType: String
    let bytes: [UInt8]
    /// The digest of `bytes`, in the algorithm that it was pushed with.
    let digest: OCIDigest
    /// Whether something that it names was not there when it was stored.
    var isSparse = false
    /// Who pushed it first; `nil` when nobody is known.
    var author: RecordAuthor?

    init(mediaType: String, bytes: [UInt8], algorithm: OCIDigest.Algorithm = .sha256) {
        self.mediaType = mediaType
        self.bytes = bytes
        digest = OCIDigest(algorithm, hashing: bytes)
    }

    /// Reads a record.
    /// - Throws: ``ChunkingError`` `malformed`.
    init(decoding record: [UInt8], algorithm: OCIDigest.Algorithm = .sha256) throws(ChunkingError) {
        var reader = ByteReader(record, subject: "the record of a manifest")
        let flags = try reader.readByte()
        guard flags <= 1 else { throw reader.malformed("has the flags \(flags), which do not exist") }
        let author = try reader.readAuthor()
        let mediaType = try reader.readText(maximum: ManifestOutline.mediaTypeMaximum)
        let bytes = try reader.readBytes(reader.remaining)
        self.init(mediaType: mediaType, bytes: Array(bytes), algorithm: algorithm)
        isSparse = flags == 1
        self.author = author
    }

    /// The record.
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: bytes.count + mediaType.utf8.count + 3)
        writer.write(isSparse ? 1 : 0)
        writer.write(author)
        writer.writeCounted(Array(mediaType.utf8))
        writer.write(bytes)
        return writer.bytes
    }

    /// The SHA-256 of `bytes`.
    var sha256: Digest {
        if case .sha256(let digest) = digest { digest } else { Digest(hashing: bytes) }
    }
}
