/// Reads the tables of an SQLite database out of its bytes (sqlite.org, "Database File Format").
///
/// Databases come from images that anybody may have made. What is needed of the format is a walk over one tree of pages, so it
/// is read here, without a program for SQL and its statements, triggers and views. A log of changes beside the file (`-wal`)
/// is not looked at. Each page is read at most once and no more bytes than the file has, whatever its pages say.
struct DatabaseFile {
    /// A value of a row.
    enum Value: Equatable {
        case null
        case integer(Int64)
        /// Text or bytes.
        case bytes(ArraySlice<UInt8>)
        /// A floating-point number, of which none is needed.
        case real
    }

    private static let magic = Array("SQLite format 3\0".utf8)
    private static let leaf: UInt8 = 13
    private static let interior: UInt8 = 5
    private static let headerLength = 100
    /// What SQLite itself allows at most (`SQLITE_MAX_COLUMN`), and so many values fit into memory whatever a row says.
    private static let columnsMaximum = 32_767

    private let bytes: [UInt8]
    private let pageSize: Int
    /// What a page has without what is reserved at its end.
    private let usable: Int
    private let pageCount: Int

    /// - Throws: when `bytes` are no database.
    init(_ bytes: [UInt8]) throws(AttestationError) {
        guard bytes.count >= Self.headerLength, bytes.starts(with: Self.magic) else {
            throw AttestationError("it is no SQLite database")
        }
        let size = Int(bytes[16]) << 8 | Int(bytes[17])
        pageSize = size == 1 ? 65_536 : size
        usable = pageSize - Int(bytes[20])
        guard pageSize >= 512, pageSize & (pageSize - 1) == 0, usable >= 480 else {
            throw AttestationError("its pages have a size that SQLite does not know")
        }
        self.bytes = bytes
        pageCount = bytes.count / pageSize
    }

    /// Gives `body` the values of each row of a table, in the order of the table. O(bytes).
    /// - Throws: when there is no such table, or a page is not what it should be.
    func forEachRow(
        of table: String, _ body: (_ row: [Value]) throws(AttestationError) -> Void
    ) throws(AttestationError) {
        let (kind, name) = (Array("table".utf8)[...], Array(table.utf8)[...])
        var root: Int?
        // The first page has the table of tables: type, name, table, first page, statement.
        try walk(1) { row throws(AttestationError) in
            guard row.count >= 4, row[0] == .bytes(kind), row[1] == .bytes(name), case .integer(let page) = row[3]
            else { return }
            root = Int(clamping: page)
        }
        guard let root else { throw AttestationError("it has no table `\(table)`") }
        try walk(root, body)
    }

    // MARK: Pages

    private func walk(
        _ root: Int, _ body: ([Value]) throws(AttestationError) -> Void
    ) throws(AttestationError) {
        var reading = Reading(pages: pageCount, budget: bytes.count)
        var waiting = [root]
        while let number = waiting.popLast() {
            let start = try reading.visit(number, pageSize)
            let header = start + (number == 1 ? Self.headerLength : 0)
            let isInterior = bytes[header] == Self.interior
            guard isInterior || bytes[header] == Self.leaf else { throw Self.damaged(number) }
            let count = number16(header + 3)
            let first = header + (isInterior ? 12 : 8)
            guard first + 2 * count <= start + usable else { throw Self.damaged(number) }
            if isInterior { waiting.append(number32(header + 8)) }
            for index in 0..<count {
                // Children are taken from the end of the list: the last one first.
                let entry = first + 2 * (isInterior ? count - 1 - index : index)
                let cell = start + number16(entry)
                guard cell + 4 <= start + usable else { throw Self.damaged(number) }
                if isInterior {
                    waiting.append(number32(cell))
                } else {
                    try body(values(try payload(cell, start + usable, &reading), number))
                }
            }
        }
    }

    /// The record of a cell that begins at `cell`, on a page that ends at `end`.
    private func payload(
        _ cell: Int, _ end: Int, _ reading: inout Reading
    ) throws(AttestationError) -> ArraySlice<UInt8> {
        var position = cell
        let stated = try varint(&position, end)
        _ = try varint(&position, end)  // the row's number
        let size = Int(clamping: stated)
        try reading.take(size)
        let most = usable - 35
        if size <= most {
            guard position + size <= end else { throw AttestationError("a row goes on behind its page") }
            return bytes[position..<(position + size)]
        }
        let least = (usable - 12) * 32 / 255 - 23
        let here = least + (size - least) % (usable - 4)
        let local = here <= most ? here : least
        guard position + local + 4 <= end else { throw AttestationError("a row goes on behind its page") }
        var content = Array(bytes[position..<(position + local)])
        content.reserveCapacity(size)
        var next = number32(position + local)
        while content.count < size {
            let start = try reading.visit(next, pageSize)
            let part = min(size - content.count, usable - 4)
            content += bytes[(start + 4)..<(start + 4 + part)]
            next = number32(start)
        }
        return content[...]
    }

    // MARK: Records

    private func values(_ record: ArraySlice<UInt8>, _ page: Int) throws(AttestationError) -> [Value] {
        var position = record.startIndex
        let length = try Self.varint(record, &position)
        guard length <= UInt64(record.count) else { throw Self.damaged(page) }
        let headerEnd = record.startIndex + Int(length)
        var content = headerEnd
        var values: [Value] = []
        while position < headerEnd {
            guard values.count < Self.columnsMaximum else { throw Self.damaged(page) }
            let type = try Self.varint(record[..<headerEnd], &position)
            let size = try Self.size(of: type)
            guard size <= UInt64(record.endIndex - content) else { throw Self.damaged(page) }
            let bytes = record[content..<(content + Int(size))]
            content += Int(size)
            switch type {
            case 0: values.append(.null)
            case 1...6:
                // Signed, and shorter than 64 bits.
                let first = Int64(Int8(truncatingIfNeeded: Int(bytes.first ?? 0)))
                values.append(.integer(bytes.dropFirst().reduce(first) { $0 << 8 | Int64($1) }))
            case 7: values.append(.real)
            case 8, 9: values.append(.integer(type == 9 ? 1 : 0))
            default: values.append(.bytes(bytes))
            }
        }
        return values
    }

    /// How many bytes a value of a type has.
    private static func size(of type: UInt64) throws(AttestationError) -> UInt64 {
        switch type {
        case 0, 8, 9: 0
        case 1...4: type
        case 5: 6
        case 6, 7: 8
        case 10, 11: throw AttestationError("a value has a type that SQLite does not know")
        default: (type - 12) / 2
        }
    }

    // MARK: Numbers

    private func number16(_ position: Int) -> Int { Int(bytes[position]) << 8 | Int(bytes[position + 1]) }

    private func number32(_ position: Int) -> Int { number16(position) << 16 | number16(position + 2) }

    private func varint(_ position: inout Int, _ end: Int) throws(AttestationError) -> UInt64 {
        try Self.varint(bytes[..<end], &position)
    }

    /// Up to nine bytes, the highest first; the ninth counts whole.
    private static func varint(_ bytes: ArraySlice<UInt8>, _ position: inout Int) throws(AttestationError) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<9 {
            guard position < bytes.endIndex else { throw AttestationError("a number goes on behind its page") }
            let byte = bytes[position]
            position += 1
            if index == 8 { return value << 8 | UInt64(byte) }
            value = value << 7 | UInt64(byte & 0x7f)
            if byte & 0x80 == 0 { break }
        }
        return value
    }

    private static func damaged(_ page: Int) -> AttestationError { AttestationError("its page \(page) is damaged") }

    /// What a walk has read.
    private struct Reading {
        private var seen: [Bool]
        private var budget: Int

        init(pages: Int, budget: Int) {
            seen = Array(repeating: false, count: pages + 1)
            self.budget = budget
        }

        /// Where a page begins; each may be asked for once.
        mutating func visit(_ number: Int, _ pageSize: Int) throws(AttestationError) -> Int {
            guard seen.indices.contains(number), number > 0 else {
                throw AttestationError("it ends before its page \(number)")
            }
            guard !seen[number] else { throw AttestationError("its page \(number) is part of two things") }
            seen[number] = true
            return (number - 1) * pageSize
        }

        mutating func take(_ count: Int) throws(AttestationError) {
            guard count <= budget else { throw AttestationError("its rows have more bytes than it has itself") }
            budget -= count
        }
    }
}
