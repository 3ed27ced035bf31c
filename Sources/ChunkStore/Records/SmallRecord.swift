internal import Chunking

/// The body of a small record of the layers above.
struct SmallRecord: Hashable, Sendable {
    static let referencesMaximum = 65_536

    let older: OlderFiles
    let table: RecordTable
    let key: [UInt8]
    /// When it was written. Seconds of the store's clock.
    let made: UInt64
    let references: [Reference]
    let value: [UInt8]

    init(
        table: RecordTable, key: [UInt8], made: UInt64, references: [Reference], value: [UInt8], older: OlderFiles
    ) {
        self.table = table
        self.key = key
        self.made = made
        self.references = references
        self.value = value
        self.older = older
    }

    /// Reads a body.
    init(decoding body: RawSpan) throws(ChunkingError) {
        var reader = ByteReader(body, subject: "the record")
        older = try OlderFiles(from: &reader)
        let number = try reader.readByte()
        guard let table = RecordTable(rawValue: number) else {
            throw reader.malformed("is of table \(number), which does not exist")
        }
        self.table = table
        key = Array(try reader.readCounted(maximum: Store.keyBytesMaximum))
        made = try reader.readVarint()
        var references: [Reference] = []
        for _ in 0..<(try reader.readCount(maximum: Self.referencesMaximum)) {
            references.append(try Reference(from: &reader))
        }
        self.references = references
        value = Array(try reader.readBytes(reader.remaining))
    }

    /// Appends the body.
    func encode(into bytes: inout [UInt8]) {
        var writer = ByteWriter(appendingTo: bytes)
        bytes = []
        older.encode(into: &writer)
        writer.write(table.rawValue)
        writer.writeCounted(key)
        writer.writeVarint(made)
        writer.writeVarint(references.count)
        for reference in references { reference.encode(into: &writer) }
        writer.write(value)
        bytes = writer.bytes
    }
}
