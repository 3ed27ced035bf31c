import Chunking
import OCI

/// What a tag points at.
///
/// As a record: the tagged digest, then the time as a varint.
struct TagTarget: Hashable, Sendable {
    /// The digest of the manifest.
    let digest: OCIDigest
    /// When it was put there. Seconds of the store's clock.
    let pushed: UInt64

    init(digest: OCIDigest, pushed: UInt64) {
        self.digest = digest
        self.pushed = pushed
    }

    /// Reads a record; `nil` when it is none.
    init?(decoding record: [UInt8]) {
        guard let digest = OCIDigest(tagged: record) else { return nil }
        var reader = ByteReader(Array(record.dropFirst(digest.tagged.count)), subject: "the record of a tag")
        guard let pushed = try? reader.readVarint() else { return nil }
        self.init(digest: digest, pushed: pushed)
    }

    /// The record.
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 80)
        writer.write(digest.tagged)
        writer.writeVarint(pushed)
        return writer.bytes
    }
}
