internal import CLMDB
internal import Chunking

// What the index counts against the recount.
extension Check {
    func compareCounts(
        _ index: borrowing Transaction, _ files: [(number: UInt32, row: FileRow)]
    ) throws(StoreError) {
        try recount.finishTotals(files: files.map { ($0.number, recounted($0.row, $0.number)) })
        let (mine, theirs) = (scratch.tables, index.databases)
        try compare(index, "chunks", theirs.chunks, mine.chunks)
        try compare(index, "members", theirs.members, mine.members)
        try compare(index, "frames", theirs.frames, mine.frames)
        try compare(index, "blobs", theirs.blobs, mine.blobs)
        try compare(index, "records", theirs.records, mine.records)
        try compare(index, "usage", theirs.usage, mine.usage)
        try compare(index, "loose", theirs.loose, mine.loose)
        try compare(index, "files", theirs.files, mine.files)
        try compareTotals(index)
    }

    private func note(_ difference: Difference, _ table: String) throws(StoreError) {
        found(difference.has != nil && difference.wants != nil ? .count : .index, difference.text(table))
        try onDifference?(difference)
    }

    /// The row of a chunk file with its live bytes as they should be.
    private func recounted(_ row: FileRow, _ number: UInt32) -> FileRow {
        guard row.state != .doomed else { return row }
        let live = recount.liveBytes[number] ?? 0
        let range = live...(live + (bookkeeping[number] ?? 0))
        var row = row
        if !range.contains(row.live) { row.live = range.upperBound }
        return row
    }

    /// Compares two tables row by row.
    private func compare(
        _ index: borrowing Transaction, _ table: String, _ theirs: MDB_dbi, _ mine: MDB_dbi
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
                    try note(Difference(database: theirs, key: row.key, has: row.value, wants: other.value), table)
                }
                left.removeFirst()
                right.removeFirst()
            case (let row?, let other) where other.map({ row.key.lexicographicallyPrecedes($0.key) }) ?? true:
                try note(Difference(database: theirs, key: row.key, has: row.value, wants: nil), table)
                left.removeFirst()
            case (_, let other?):
                try note(Difference(database: theirs, key: other.key, has: nil, wants: other.value), table)
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
