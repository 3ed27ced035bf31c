import CacheAPI
import Chunking
import OCI

/// What a tag whose build cache was merged is made of, and which records writers had lately.
///
/// As a record: the version (2), flags (bit 0: made here), the scope that it is for, counted, the tagged digest of what the tag
/// points at, then as varints the
/// pushes, merges, dropped records, pushes that could not be merged, records, the number of superseded manifests, those as
/// tagged digests, for each record how many pushes ago a writer had it last, none for all by the last one, and the number of
/// authors and those (``ByteWriter/write(_:)``).
struct BuildCacheUse: Hashable, Sendable {
    /// The most manifests that are remembered to be deleted.
    static let supersededMaximum = 64
    private static let recordsMaximum = 100_000
    private static let scopeBytesMaximum = 64 << 10
    /// The most authors that are remembered; the one that pushed longest ago is forgotten.
    private static let authorsMaximum = 256

    /// What the tag points at.
    var served: OCIDigest
    /// For which scope it was written, empty for the default scope; only what is written for the same is merged with it.
    var scope = ""
    /// Whether that was made here, and not pushed by anybody.
    var isMade = false
    /// How many pushes there were; the time of the records' use.
    var pushes: UInt64 = 0
    /// How many of them were merged with what was there.
    var merges: UInt64 = 0
    /// How many records were dropped since the cache was too large.
    var dropped: UInt64 = 0
    /// How many could not be merged.
    var failures: UInt64 = 0
    /// How many records the cache has, as far as they were counted.
    var records: UInt64 = 0
    /// What the tag pointed at before that was made here.
    var superseded: [OCIDigest] = []
    /// By which push the records were used last; empty for all by the last one.
    var used: [UInt64] = []
    /// Who pushed what was merged: each once, when it was last.
    private(set) var authors: [RecordAuthor] = []

    init(served: OCIDigest) {
        self.served = served
    }

    /// Notes that `author` has pushed.
    mutating func add(_ author: RecordAuthor?) {
        guard let author else { return }
        authors.removeAll { $0.identity == author.identity }
        authors = authors.suffix(Self.authorsMaximum - 1) + [author]
    }

    /// Reads a record; `nil` when it is none.
    init?(decoding record: [UInt8]) {
        var reader = ByteReader(record, subject: "the record of a build cache")
        guard let use = try? Self.read(&reader) else { return nil }
        self = use
    }

    private static func read(_ reader: inout ByteReader) throws(ChunkingError) -> BuildCacheUse {
        guard try reader.readByte() == 2 else { throw reader.malformed("has a version that is not known") }
        let flags = try reader.readByte()
        let scope = String(decoding: try reader.readCounted(maximum: scopeBytesMaximum), as: UTF8.self)
        var use = BuildCacheUse(served: try digest(&reader))
        use.scope = scope
        use.isMade = flags & 1 != 0
        use.pushes = try reader.readVarint()
        use.merges = try reader.readVarint()
        use.dropped = try reader.readVarint()
        use.failures = try reader.readVarint()
        use.records = try reader.readVarint()
        for _ in 0..<(try reader.readCount(maximum: supersededMaximum)) { use.superseded.append(try digest(&reader)) }
        for _ in 0..<(try reader.readCount(maximum: recordsMaximum)) {
            let age = try reader.readVarint()
            guard age <= use.pushes else { throw reader.malformed("has a record that was used before all") }
            use.used.append(use.pushes - age)
        }
        for _ in 0..<(try reader.readCount(maximum: authorsMaximum)) {
            if let author = try reader.readAuthor() { use.authors.append(author) }
        }
        return use
    }

    private static func digest(_ reader: inout ByteReader) throws(ChunkingError) -> OCIDigest {
        let bytes = try reader.readCounted(maximum: 100)
        guard let digest = OCIDigest(tagged: bytes) else { throw reader.malformed("has a digest that is none") }
        return digest
    }

    /// The record.
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 200 + used.count)
        writer.write(2)
        writer.write(isMade ? 1 : 0)
        writer.writeCounted(Array(scope.utf8.prefix(Self.scopeBytesMaximum)))
        writer.writeCounted(served.tagged)
        for count in [pushes, merges, dropped, failures, records] { writer.writeVarint(count) }
        writer.writeVarint(UInt64(superseded.count))
        for digest in superseded { writer.writeCounted(digest.tagged) }
        writer.writeVarint(UInt64(used.count))
        for used in used { writer.writeVarint(pushes - min(pushes, used)) }
        writer.writeVarint(UInt64(authors.count))
        for author in authors { writer.write(author) }
        return writer.bytes
    }
}
