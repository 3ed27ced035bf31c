internal import Chunking

/// Table `meta`, key `next`: the next numbers to give out. Nothing committed has a higher one.
struct NextNumbers: Row, Hashable {
    /// Of a record.
    var sequence: UInt64 = 1
    /// Of a chunk file.
    var file: UInt32 = 1
    /// Of a project.
    var project: UInt32 = 1

    init() {}

    init?(_ row: RawSpan) {
        guard row.byteCount == 16 else { return nil }
        sequence = row.integer(at: 0)
        file = row.integer(at: 8)
        project = row.integer(at: 12)
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeFixed(sequence)
        writer.writeFixed(file)
        writer.writeFixed(project)
    }
}

/// Table `meta`, key `counters`: what ``Statistics`` reports, changed in the transaction that changes what is counted.
struct Counters: Row, Hashable {
    var logicalBytes: UInt64 = 0
    var uniqueBytes: UInt64 = 0
    var chunks: UInt64 = 0
    var layers: UInt64 = 0
    var steps: UInt64 = 0
    /// Committed bytes of all chunk files.
    var fileBytes: UInt64 = 0
    var files: UInt64 = 0

    init() {}

    init?(_ row: RawSpan) {
        guard row.byteCount == 56 else { return nil }
        logicalBytes = row.integer(at: 0)
        uniqueBytes = row.integer(at: 8)
        chunks = row.integer(at: 16)
        layers = row.integer(at: 24)
        steps = row.integer(at: 32)
        fileBytes = row.integer(at: 40)
        files = row.integer(at: 48)
    }

    func encode(into writer: inout ByteWriter) {
        for value in [logicalBytes, uniqueBytes, chunks, layers, steps, fileBytes, files] {
            writer.writeFixed(value)
        }
    }
}
