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
    /// What the store's clock shows. Seconds.
    let now: UInt64
    /// `now`, rounded down so that what is used all the time is not written all the time.
    let usageStamp: UInt32
    /// The records that jobs appended, to be voided when the transaction fails.
    private(set) var appended: [VoidRecord.Item] = []
    private var liveBytes: [UInt32: Int64] = [:]
    private var projects: [ProjectID: ProjectCounters] = [:]
    private let countersBefore: Counters
    private let appender: ChunkAppender

    init(
        _ transaction: consuming Transaction, _ appender: ChunkAppender, now: UInt64, usageInterval: UInt64
    ) throws(StoreError) {
        let counters = try transaction.counters()
        let next = try transaction.nextNumbers()
        self.counters = counters
        self.next = next
        self.now = now
        usageStamp = UInt32(clamping: now / max(1, usageInterval) * max(1, usageInterval))
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
        // Its rows are put in this very transaction, so the file needs no pin.
        let (location, _, sequence) = try appender.append(
            kind, project: project?.number ?? 0, reserve: .bookkeeping, writeBody)
        appended.append(VoidRecord.Item(sequence: sequence, file: location.file))
        return location
    }

    /// Notes that the index now refers to the record at `location`.
    mutating func didRefer(to location: Location) {
        liveBytes[location.file, default: 0] += Int64(RecordHeader.padded(Int(location.length)))
    }

    /// Notes that the index refers to the record at `location` no more.
    mutating func didForget(_ location: Location) {
        guard location.isPresent else { return }
        liveBytes[location.file, default: 0] -= Int64(RecordHeader.padded(Int(location.length)))
    }

    /// Changes what is counted of a project.
    mutating func changeCounters(
        of project: ProjectID, _ change: (inout ProjectCounters) -> Void
    ) throws(StoreError) {
        var counters: ProjectCounters
        if let known = projects[project] {
            counters = known
        } else {
            counters = try transaction.projectCounters(project)
        }
        change(&counters)
        projects[project] = counters
    }

    /// Puts the rows of the chunk files that `point` names, and those of `meta`.
    mutating func record(_ point: ChunkAppender.SyncPoint) throws(StoreError) {
        for item in point.items {
            let before = try transaction.file(item.file.number)
            if before == nil { counters.files += 1 }
            counters.fileBytes += item.length - (before?.length ?? 0)
            var row = before ?? FileRow(length: 0, live: 0, state: item.state)
            row.length = item.length
            row.state = item.state
            try transaction.put(transaction.databases.files, RowKey.number(item.file.number), row.encoded())
        }
        for (number, bytes) in liveBytes {
            guard var row = try transaction.file(number) else { continue }
            let before = row.live
            row.live = UInt64(max(0, Int64(row.live) + bytes))
            counters.liveBytes.lower(by: before)
            counters.liveBytes += row.live
            try transaction.put(transaction.databases.files, RowKey.number(number), row.encoded())
        }
        for (project, counters) in projects {
            try transaction.put(
                transaction.databases.projects, RowKey.projectCounters(project), counters.encoded())
        }
        next.sequence = point.nextSequence
        next.file = point.nextFile
        next.commit = point.commit + 1
        next.clock = max(next.clock, now)
        try transaction.put(transaction.databases.meta, RowKey.next, next.encoded())
        try transaction.put(transaction.databases.meta, RowKey.counters, counters.encoded())
    }

    consuming func commit(to index: Index) throws(StoreError) {
        try index.commit(transaction)
    }
}
