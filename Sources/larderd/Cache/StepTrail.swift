import CacheAPI
import ChunkStore
import Chunking

/// The last records in one place of a lineage (``StepLineage``), the newest first, one for each scope: what a later miss is
/// compared with. It has no components; those are in the records, as long as these are there.
///
/// Kept as version (one byte, 2), then for each record its key, and counted scope and writer, when it was built (zigzag), and
/// its author (``ByteWriter/write(_:)``).
struct StepTrail: Hashable, Sendable {
    /// One record.
    struct Mark: Hashable, Sendable {
        let key: Digest
        let scope: ScopeName
        let writer: String
        /// Seconds since 1970.
        let created: Int64
        /// Who wrote it, as the server knows it.
        var author: RecordAuthor?
    }

    /// How many scopes are remembered.
    static let marksMaximum = 8
    private static let formatVersion: UInt8 = 2

    private(set) var marks: [Mark] = []

    init() {}

    /// Reads what ``encoded`` made; what cannot be read is as if nothing had been recorded.
    init(decoding bytes: [UInt8]) {
        marks = (try? Self.read(bytes)) ?? []
    }

    /// Notes a record.
    mutating func add(_ mark: Mark) {
        marks.removeAll { $0.scope == mark.scope }
        marks.insert(mark, at: 0)
        marks = Array(marks.prefix(Self.marksMaximum))
    }

    /// The records of those scopes that `isVisible` holds for.
    func filtered(by isVisible: (ScopeName) -> Bool) -> StepTrail {
        var trail = self
        trail.marks.removeAll { !isVisible($0.scope) }
        return trail
    }

    /// Forgets some records. Whether there were any.
    mutating func remove(where isGone: (Mark) -> Bool) -> Bool {
        let count = marks.count
        marks.removeAll(where: isGone)
        return marks.count < count
    }

    /// The trail as it is kept.
    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 256)
        writer.write(Self.formatVersion)
        writer.writeVarint(marks.count)
        for mark in marks {
            writer.write(mark.key)
            writer.writeCounted(mark.scope.description.utf8)
            writer.writeCounted(mark.writer.utf8)
            writer.writeSignedVarint(mark.created)
            writer.write(mark.author)
        }
        return writer.bytes
    }

    private static func read(_ bytes: [UInt8]) throws(ChunkingError) -> [Mark] {
        var reader = ByteReader(bytes, subject: "the trail of steps")
        guard try reader.readByte() == formatVersion else { throw reader.malformed("has another version") }
        var marks: [Mark] = []
        for _ in 0..<(try reader.readCount(maximum: marksMaximum, size: Digest.byteCount)) {
            let key = try reader.readDigest()
            let scope = try reader.readText(maximum: 200)
            let writer = try reader.readText(maximum: Limits.writerBytes)
            let created = try reader.readSignedVarint()
            guard let scope = ScopeName(scope) else { throw reader.malformed("names no valid scope") }
            marks.append(
                Mark(key: key, scope: scope, writer: writer, created: created, author: try reader.readAuthor()))
        }
        try reader.expectEnd()
        return marks
    }
}
