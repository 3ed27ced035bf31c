internal import CLMDB
internal import Chunking

// What the index counts against the recount.
extension Check {
    func compareCounts(
        _ index: borrowing Transaction, _ files: [(number: UInt32, row: FileRow)]
    ) throws(StoreError) {
        try recount.finishTotals(files: files.map { ($0.number, recounted($0.row, $0.number)) })
        let (mine, theirs) = (scratch.tables, index.databases)
        try compare(index, theirs.chunks, mine.chunks, "chunks")
        try compare(index, theirs.members, mine.members, "members")
        try compare(index, theirs.frames, mine.frames, "frames")
        try compare(index, theirs.blobs, mine.blobs, "blobs")
        try compare(index, theirs.records, mine.records, "records")
        try compare(index, theirs.usage, mine.usage, "usage")
        try compare(index, theirs.loose, mine.loose, "loose")
        try compare(index, theirs.files, mine.files, "files")
        try compareTotals(index)
    }

    /// The row of a chunk file with its live bytes as they should be.
    private func recounted(_ row: FileRow, _ number: UInt32) -> FileRow {
        guard row.state != .doomed else { return row }
        let live = recount.liveBytes[number] ?? 0
        let range = live...(live + (bookkeeping[number] ?? 0))
        return FileRow(
            length: row.length, live: range.contains(row.live) ? row.live : range.upperBound, state: row.state)
    }

    /// Compares two tables row by row.
    private func compare(
        _ index: borrowing Transaction, _ theirs: MDB_dbi, _ mine: MDB_dbi, _ table: String
    ) throws(StoreError) {
        var (left, right) = (RowQueue(), RowQueue())
        while true {
            if left.needsMore { left.fill(try index.page(theirs, after: left.last)) }
            if right.needsMore {
                right.fill(
                    try scratch.with { transaction throws(StoreError) in
                        try transaction.page(mine, after: right.last)
                    })
            }
            switch (left.first, right.first) {
            case (nil, nil): return
            case (let row?, let other?) where row.key == other.key:
                if row.value != other.value {
                    found(.count, Differences.describe(table, row.key, has: row.value, wants: other.value))
                }
                left.removeFirst()
                right.removeFirst()
            case (let row?, let other) where other.map({ row.key.lexicographicallyPrecedes($0.key) }) ?? true:
                found(.index, Differences.describe(table, row.key, has: row.value, wants: nil))
                left.removeFirst()
            case (_, let other?):
                found(.index, Differences.describe(table, other.key, has: nil, wants: other.value))
                right.removeFirst()
            case (_, nil): return
            }
        }
    }

    private func compareTotals(_ index: borrowing Transaction) throws(StoreError) {
        let expected = try scratch.with { transaction throws(StoreError) in try transaction.counters() }
        let counters = try index.counters()
        if counters != expected {
            found(.count, "the totals of the store are \(counters), but should be \(expected)")
        }
        for (name, project) in try index.projects() {
            let expected = try scratch.with { transaction throws(StoreError) in
                try transaction.projectCounters(project)
            }
            let counters = try index.projectCounters(project)
            guard counters != expected else { continue }
            found(.count, "the totals of project '\(name)' are \(counters), but should be \(expected)")
        }
    }
}

/// Rows of a table that wait to be compared.
struct RowQueue {
    private var rows: [Transaction.OwnedRow] = []
    private var position = 0
    private var isAtEnd = false
    private(set) var last: [UInt8]?

    var needsMore: Bool { position == rows.count && !isAtEnd }
    var first: Transaction.OwnedRow? { position < rows.count ? rows[position] : nil }

    mutating func fill(_ page: [Transaction.OwnedRow]) {
        rows = page
        position = 0
        isAtEnd = page.isEmpty
        last = page.last?.key ?? last
    }

    mutating func removeFirst() {
        position += 1
    }
}

/// Sentences about rows that are not what they should be.
enum Differences {
    static func describe(_ table: String, _ key: [UInt8], has: [UInt8]?, wants: [UInt8]?) -> String {
        let subject = "row \(RowKey.hex(key)) of table '\(table)'"
        guard let has else { return "\(subject) is missing" }
        guard let wants else { return "\(subject) should not be there" }
        return "\(subject) says \(text(table, has)), but should say \(text(table, wants))"
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
