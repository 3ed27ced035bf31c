import CacheAPI
import Chunking
import OCI

/// What a tag points at.
///
/// As a record: the tagged digest, the time as a varint, and who put it there (``ByteWriter/write(_:)``).
struct TagTarget: Hashable, Sendable {
    /// The digest of the manifest.
    let digest: OCIDigest
    /// When it was put there. Seconds of the store's clock.
    let pushed: UInt64
    /// Who put it there; `nil` when nobody is known.
    let author: RecordAuthor?

    init(digest: OCIDigest, pushed: UInt64, author: RecordAuthor? = nil) {
        self.digest = digest
        self.pushed = pushed
        self.author = author
    }

    /// Reads a record; `nil` when it is none.
    init?(decoding record: [UInt8]) {
        guard let digest = OCIDigest(tagged: record) else { return nil }
        var reader = ByteReader(Array(record.dropFirst(digest.tagged.count)), subject: "the record of a tag")
        let (pushed, author): (UInt64, RecordAuthor?)
        do {
            (pushed, author) = (try reader.readVarint(), try reader.readAuthor())
        } catch {
            return nil
        }
        self.init(digest: digest, pushed: pushed, author: author)
    }

    /// The record.
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 80)
        writer.write(digest.tagged)
        writer.writeVarint(pushed)
        writer.write(author)
        return writer.bytes
    }
}
