internal import Chunking

/// What a job of the writer works with: one write transaction of the index, the counters that change with it, and
/// the records appended for it.
///
/// A job checks everything first, then appends its records, then puts its rows: so a job that must be refused
/// leaves nothing, and one that fails half-way is undone with its group.
struct WriteBatch: ~Copyable {
    var transaction: Transaction
    var counters: Counters
    var next: NextNumbers
    /// Sequence numbers of the records that jobs appended, to be voided when the transaction fails.
    private(set) var appended: [UInt64] = []
    private var liveBytes: [UInt32: Int64] = [:]
    private let countersBefore: Counters
    private let appender: ChunkAppender

    init(_ transaction: consuming Transaction, _ appender: ChunkAppender) throws(StoreError) {
        let counters = try transaction.counters()
        let next = try transaction.nextNumbers()
        self.counters = counters
        self.next = next
        countersBefore = counters
        self.transaction = transaction
        self.appender = appender
    }

    /// Whether anything was changed that must be committed or undone.
    var hasChanges: Bool { transaction.mutations > 0 || !appended.isEmpty || counters != countersBefore }

    /// How much was changed so far; a job that throws without adding to it needs no undoing.
    var changeCount: Int { transaction.mutations + appended.count }

    /// Appends a record.
    mutating func append(
        _ kind: RecordKind, project: ProjectID?, _ writeBody: (inout [UInt8]) -> Void
    ) throws(StoreError) -> Location {
        let (location, sequence) = try appender.append(
            kind, project: project?.number ?? 0, reserve: .bookkeeping, writeBody)
        appended.append(sequence)
        return location
    }

    /// Notes that the index now refers to the record at `location`.
    mutating func didRefer(to location: Location) {
        liveBytes[location.file, default: 0] += Int64(RecordHeader.padded(Int(location.length)))
    }

    /// Notes that the index refers to the record at `location` no more.
    mutating func didForget(_ location: Location) {
        liveBytes[location.file, default: 0] -= Int64(RecordHeader.padded(Int(location.length)))
    }

    /// Puts the rows of the chunk files that `point` names, and those of `meta`.
    mutating func record(_ point: ChunkAppender.SyncPoint) throws(StoreError) {
        for item in point.items {
            let before = try transaction.file(item.file.number)
            if before == nil { counters.files += 1 }
            counters.fileBytes += item.length - (before?.length ?? 0)
            let row = FileRow(length: item.length, live: before?.live ?? 0, state: item.state)
            try transaction.put(transaction.databases.files, RowKey.number(item.file.number), row.encoded())
        }
        for (number, bytes) in liveBytes {
            guard var row = try transaction.file(number) else { continue }
            row.live = UInt64(max(0, Int64(row.live) + bytes))
            try transaction.put(transaction.databases.files, RowKey.number(number), row.encoded())
        }
        next.sequence = point.nextSequence
        next.file = point.nextFile
        try transaction.put(transaction.databases.meta, RowKey.next, next.encoded())
        try transaction.put(transaction.databases.meta, RowKey.counters, counters.encoded())
    }

    consuming func commit() throws(StoreError) {
        try transaction.commit()
    }
}
