internal import CLMDB

/// A row of an index that is not what it should be.
struct Difference: Sendable {
    /// The table of the index.
    let database: MDB_dbi
    let key: [UInt8]
    /// `nil` when it is missing.
    let has: [UInt8]?
    /// `nil` when it should not be there.
    let wants: [UInt8]?

    /// A sentence.
    func text(_ table: String) -> String {
        let subject = "row \(RowKey.hex(key)) of table '\(table)'"
        guard let has else { return "\(subject) is missing" }
        guard let wants else { return "\(subject) should not be there" }
        return "\(subject) says \(Self.text(table, has)), but should say \(Self.text(table, wants))"
    }

    private static func text(_ table: String, _ value: [UInt8]) -> String {
        let text: String? =
            switch table {
            case "chunks": ChunkRow(decoding: value).map { "\($0.owners) owners" }
            case "members": MemberRow(decoding: value).map { "\($0.blobs) blobs and \($0.frames) frames" }
            case "frames": FrameRow(decoding: value).map { "\($0)" }
            case "blobs": BlobRow(decoding: value).map { "\($0.references) references" }
            case "records": RecordRow(decoding: value).map { "\($0.references) references" }
            case "files": FileRow(decoding: value).map { "\($0.live) of \($0.length) bytes live" }
            default: nil
            }
        return text ?? RowKey.hex(value)
    }
}
