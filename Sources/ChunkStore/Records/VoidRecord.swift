internal import Chunking

/// The body of a void record: records that were written but never acknowledged, and so do not count.
struct VoidRecord: Hashable, Sendable {
    struct Item: Hashable, Sendable {
        let sequence: UInt64
        /// The chunk file that the record is in.
        let file: UInt32
    }

    let items: [Item]

    init(_ items: [Item]) {
        self.items = items
    }

    /// Reads a body.
    init(decoding body: RawSpan) throws(ChunkingError) {
        var reader = ByteReader(body, subject: "the void record")
        var items: [Item] = []
        for _ in 0..<(try reader.readCount(maximum: .max, size: 2)) {
            items.append(Item(sequence: try reader.readVarint(), file: try reader.readVarint(as: UInt32.self)))
        }
        self.items = items
        try reader.expectEnd()
    }

    /// Appends the body: a count, then each sequence number and file number, all varints.
    func encode(into bytes: inout [UInt8]) {
        var writer = ByteWriter(appendingTo: bytes)
        bytes = []
        writer.writeVarint(items.count)
        for item in items {
            writer.writeVarint(item.sequence)
            writer.writeVarint(UInt64(item.file))
        }
        bytes = writer.bytes
    }
}
