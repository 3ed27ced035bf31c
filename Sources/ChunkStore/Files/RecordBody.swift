internal import Chunking

/// The bodies of the records that are not simply a frame, a recipe or a name.
enum RecordBody {
    /// Numbers of records that do not count: a count, then each, all u64.
    static func encodeVoid(_ sequences: [UInt64], into bytes: inout [UInt8]) {
        var writer = ByteWriter(appendingTo: bytes)
        writer.writeFixed(UInt64(sequences.count))
        for sequence in sequences { writer.writeFixed(sequence) }
        bytes = writer.bytes
    }

    static func decodeVoid(_ body: RawSpan) -> [UInt64]? {
        decodeItems(body, byteCount: 8) { body, offset in body.integer(at: offset) }
    }

    /// Chunk ids: a count (u64), then 32 bytes each.
    static func encodeMembership(_ ids: [Digest], into bytes: inout [UInt8]) {
        var writer = ByteWriter(appendingTo: bytes)
        writer.writeFixed(UInt64(ids.count))
        for id in ids { writer.write(id) }
        bytes = writer.bytes
    }

    static func decodeMembership(_ body: RawSpan) -> [Digest]? {
        decodeItems(body, byteCount: Digest.byteCount) { body, offset in Digest(rawBytes: body, at: offset) }
    }

    private static func decodeItems<Item>(
        _ body: RawSpan, byteCount: Int, _ item: (RawSpan, Int) -> Item?
    ) -> [Item]? {
        guard body.byteCount >= 8, (body.byteCount - 8) % byteCount == 0,
            body.integer(at: 0, as: UInt64.self) == UInt64((body.byteCount - 8) / byteCount)
        else { return nil }
        var items: [Item] = []
        for offset in stride(from: 8, to: body.byteCount, by: byteCount) {
            guard let item = item(body, offset) else { return nil }
            items.append(item)
        }
        return items
    }

    /// A small record, or with an empty value its tombstone: table (u8), length of the key (u16), key, value.
    static func encodeRecord(_ table: RecordTable, key: [UInt8], value: [UInt8], into bytes: inout [UInt8]) {
        var writer = ByteWriter(appendingTo: bytes)
        writer.write(table.rawValue)
        writer.writeFixed(UInt16(key.count))
        writer.write(key)
        writer.write(value)
        bytes = writer.bytes
    }

    static func decodeRecord(_ body: RawSpan) -> (table: RecordTable, key: [UInt8], value: [UInt8])? {
        guard body.byteCount >= 3, let table = RecordTable(rawValue: body.integer(at: 0)) else { return nil }
        let end = 3 + Int(body.integer(at: 1, as: UInt16.self))
        guard body.byteCount >= end else { return nil }
        return (
            table, [UInt8](copying: body.extracting(3..<end)), [UInt8](copying: body.extracting(droppingFirst: end))
        )
    }
}
