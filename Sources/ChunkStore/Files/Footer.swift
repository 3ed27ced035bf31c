internal import Chunking

/// The table of the records in a full chunk file: the body of its last record, whose last 16 bytes are the last
/// of the file, so that the table is found from the end.
struct Footer: Hashable, Sendable {
    struct Item: Hashable, Sendable {
        let offset: UInt64
        let bodyLength: UInt32
        let kind: UInt8
    }

    static let magic = Array("LARDSEAL".utf8)
    static let trailerByteCount = 16
    private static let itemByteCount = 16

    var items: [Item] = []

    init() {}

    /// Reads the body of a seal record; `nil` when it is not one.
    init?(body: RawSpan) {
        let rest = body.byteCount - Self.trailerByteCount
        guard rest >= 0, rest % Self.itemByteCount == 0 else { return nil }
        items.reserveCapacity(rest / Self.itemByteCount)
        for start in stride(from: 0, to: rest, by: Self.itemByteCount) {
            items.append(
                Item(
                    offset: body.integer(at: start), bodyLength: body.integer(at: start + 8),
                    kind: body.integer(at: start + 12)))
        }
    }

    /// Where the seal record begins, from the last 16 bytes of a file; `nil` when it is not sealed.
    static func offset(trailer: RawSpan) -> UInt64? {
        guard trailer.byteCount == trailerByteCount,
            [UInt8](copying: trailer.extracting(droppingFirst: 8)) == magic
        else { return nil }
        return trailer.integer(at: 0)
    }

    /// Appends the body of the seal record that is to be at `offset`.
    func encode(at offset: UInt64, into bytes: inout [UInt8]) {
        var writer = ByteWriter(appendingTo: bytes)
        for item in items {
            writer.writeFixed(item.offset)
            writer.writeFixed(item.bodyLength)
            writer.write(item.kind)
            writer.write([0, 0, 0])
        }
        writer.writeFixed(offset)
        writer.write(Self.magic)
        bytes = writer.bytes
    }
}
