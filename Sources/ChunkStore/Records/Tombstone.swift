internal import Chunking

/// The body of a tombstone: which name is over.
struct Tombstone: Hashable, Sendable {
    let older: OlderFiles
    let subject: Reference

    init(_ subject: Reference, older: OlderFiles) {
        self.subject = subject
        self.older = older
    }

    /// Reads a body.
    init(decoding body: RawSpan) throws(ChunkingError) {
        var reader = ByteReader(body, subject: "the tombstone")
        older = try OlderFiles(from: &reader)
        subject = try Reference(from: &reader)
        try reader.expectEnd()
    }

    /// Appends the body.
    func encode(into bytes: inout [UInt8]) {
        var writer = ByteWriter(appendingTo: bytes)
        bytes = []
        older.encode(into: &writer)
        subject.encode(into: &writer)
        bytes = writer.bytes
    }
}
