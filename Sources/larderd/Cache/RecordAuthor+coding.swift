import CacheAPI
import Chunking

extension ByteWriter {
    /// Writes who wrote a record: 0 for nobody who is known; else 1, counted identity and job (empty for none), and the time
    /// (zigzag).
    mutating func write(_ author: RecordAuthor?) {
        guard let author else { return write(0) }
        write(1)
        writeCounted(author.identity.utf8)
        writeCounted((author.job ?? "").utf8)
        writeSignedVarint(author.time)
    }
}

extension ByteReader {
    /// Reads a counted text of at most `maximum` bytes.
    /// - Throws: `malformed`, also for what is not UTF-8: put right, it could be longer than what was written.
    mutating func readText(maximum: Int) throws(ChunkingError) -> String {
        guard let text = String(validating: try readCounted(maximum: maximum), as: UTF8.self) else {
            throw malformed("has a text that is not UTF-8")
        }
        return text
    }

    /// Reads what ``ByteWriter/write(_:)`` wrote.
    /// - Throws: `malformed`.
    mutating func readAuthor() throws(ChunkingError) -> RecordAuthor? {
        let kind = try readByte()
        guard kind <= 1 else { throw malformed("has an author of the kind \(kind), which does not exist") }
        if kind == 0 { return nil }
        let identity = try readText(maximum: RecordAuthor.textBytesMaximum)
        let job = try readText(maximum: RecordAuthor.textBytesMaximum)
        return RecordAuthor(identity: identity, job: job.isEmpty ? nil : job, time: try readSignedVarint())
    }
}
