internal import Chunking

/// The chunk files that may hold older records of the same name as the record that lists them.
///
/// When an index is rebuilt, the latest record of a name counts. So a record which says that another is over must be
/// kept as long as the file that the other one is in; afterwards, compaction drops it.
struct OlderFiles: Hashable, Sendable {
    private static let countMaximum = 65_536

    /// Ascending.
    let numbers: [UInt32]

    static let none = OlderFiles([])

    init(_ numbers: some Sequence<UInt32>) {
        self.numbers = Set(numbers).sorted()
    }

    init(from reader: inout ByteReader) throws(ChunkingError) {
        var numbers: [UInt32] = []
        for _ in 0..<(try reader.readCount(maximum: Self.countMaximum)) {
            numbers.append(try reader.readVarint(as: UInt32.self))
        }
        self.init(numbers)
    }

    /// Appends the count and the numbers as varints.
    func encode(into writer: inout ByteWriter) {
        writer.writeVarint(numbers.count)
        for number in numbers { writer.writeVarint(UInt64(number)) }
    }

    /// These and `file`.
    func adding(_ file: UInt32) -> OlderFiles { OlderFiles(numbers + [file]) }
}
